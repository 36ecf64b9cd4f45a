import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ArrivedStatement } from '../../../shared/edge/ports/tap.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import { pgClient, tapBefore } from './clients.ts';

let server: EmbeddedPostgres;
let watcher: pg.Client;
beforeAll(async () => {
  server = await startEmbeddedPostgres();
  watcher = await pgClient(server.address);
});
afterAll(async () => {
  await watcher.end();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => watcher.query('DROP TABLE IF EXISTS u, t; CREATE TABLE t (id int PRIMARY KEY, v text)'));

describe('a traced statement', () => {
  it.each([
    'CREATE INDEX CONCURRENTLY by_v ON t (v)',
    'VACUUM t',
    'DO $$ BEGIN INSERT INTO t VALUES (9); COMMIT; END $$',
  ])('that refuses a transaction block runs as it would without us: %s', async (text) => {
    const plainly: string[] = [];
    const untraced = async ({ sql, ordinal }: ArrivedStatement, refused: boolean) =>
      void plainly.push(`${ordinal} ${sql} ${refused}`);
    await using tap = await tapBefore(server.address, { mode: 'traced', hooks: { untraced } });
    const client = await pgClient(server.address, tap);
    await client.query(text);
    await client.query('DROP INDEX IF EXISTS by_v; TRUNCATE t');
    await client.query({ name: 'prepared', text });
    expect(tap.statements().map(({ traced, sqlstate }) => [traced, sqlstate])).toEqual([
      [false, undefined],
      [true, undefined],
      [false, undefined],
    ]);
    expect(plainly).toEqual([`1 ${text} true`, `3 ${text} true`]);
    await client.end();
  });

  it.each(['simple', 'extended'])(
    'whose deferred constraint fails at COMMIT hears it in the place of its success: %s',
    async (how) => {
      await watcher.query('CREATE TABLE u (id int REFERENCES t DEFERRABLE INITIALLY DEFERRED)');
      await using tap = await tapBefore(server.address, { mode: 'traced' });
      const client = await pgClient(server.address, tap);
      const answer =
        how === 'simple' ? client.query('INSERT INTO u VALUES (5)') : client.query('INSERT INTO u VALUES ($1)', [5]);
      await expect(answer).rejects.toMatchObject({ code: '23503' });
      expect(tap.statements()).toMatchObject([{ sqlstate: '23503', traced: true, statusAfter: 'I' }]);
      expect((await client.query('SELECT count(*)::int n FROM u')).rows).toEqual([{ n: 0 }]);
      await client.end();
    },
  );

  it('with transaction control of its own is left alone', async () => {
    await using tap = await tapBefore(server.address, { mode: 'traced' });
    const client = await pgClient(server.address, tap);
    for (const sql of [
      'INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2)',
      'SELECT 1; BEGIN',
      'SELECT 2',
      'COMMIT',
    ]) {
      await client.query(sql);
    }
    await expect(client.query('LOCK TABLE t')).rejects.toMatchObject({ code: '25P01' });
    expect(tap.statements().map(({ traced, statusAfter }) => `${traced} ${statusAfter}`)).toEqual([
      'false I',
      'false T',
      'false T',
      'false I',
      'false I',
    ]);
    expect((await watcher.query('SELECT FROM t')).rowCount).toBe(2);
    await client.end();
  });

  it('with an answer too large to hold reaches the client as it comes', async () => {
    await using tap = await tapBefore(server.address, { mode: 'traced', hooks: { finished: async () => undefined } });
    const client = await pgClient(server.address, tap);
    const { rows } = await client.query("SELECT repeat('x', 1000) r FROM generate_series(1, 30000)");
    expect(rows).toHaveLength(30_000);
    expect(tap.statements()[0]).toMatchObject({ rows: 30_000, traced: true });
    await client.end();
  });
});
