import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import { describeWith } from '../../support/require.ts';
import { pgClient, tapBefore } from './clients.ts';

const dir = join(import.meta.dirname, 'programs');
const nodeDrivers = {
  pg: [process.execPath, join(dir, 'held-pg.mjs')],
  postgres: [process.execPath, join(dir, 'held-postgres.mjs')],
} as const;
const packagedDrivers = {
  psycopg2: ['/usr/bin/python3', join(dir, 'held_psycopg2.py')],
  'ruby-pg': ['/usr/bin/ruby', join(dir, 'held_ruby.rb')],
} as const;

let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await startEmbeddedPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

/** A connection that has its statement prepared before a migration, held by its driver, and asked again after it. */
async function askedAcross([program, script]: readonly [string, string], migration: string) {
  const client = await pgClient(server.address);
  await client.query('DROP TABLE IF EXISTS parcels; CREATE TABLE parcels (id int PRIMARY KEY, name varchar(50))');
  await client.query("INSERT INTO parcels VALUES (1, 'one')");
  await using tap = await tapBefore(server.address);
  const { user, password, database } = server.address;
  const address = { PGHOST: tap.host, PGPORT: `${tap.port}`, PGUSER: user, PGPASSWORD: password, PGDATABASE: database };
  const env = { PATH: process.env.PATH, LANG: 'C.UTF-8', ...address };
  const child = spawn(program, [script], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect(await lines.next()).toMatchObject({ value: 'asked' });
  await client.query(migration);
  await client.end();
  child.stdin.write('again\n');
  const { value: told } = await lines.next();
  child.stdin.end();
  expect((await closed)[0]).toBe(0);
  const refused = tap.statements().filter(({ sqlstate }) => sqlstate === '0A000');
  return {
    told,
    refused: refused.map(({ message, session }) => ({ message, session })),
    sessions: tap.sessions().length,
  };
}

const stale = {
  told: '0A000',
  refused: [{ message: 'cached plan must not change result type', session: 1 }],
  sessions: 1,
};
const widened = 'ALTER TABLE parcels ALTER COLUMN name TYPE varchar(75)';

describe('a connection that its driver holds across a migration', () => {
  test.for(Object.entries(nodeDrivers))('%s: the tap sees that its plan is refused', async ([, command]) => {
    expect(await askedAcross(command, widened)).toEqual(stale);
  });

  test('pg: a migration that leaves the result as it is refuses nothing', async () => {
    const { told, refused } = await askedAcross(nodeDrivers.pg, 'CREATE INDEX ON parcels (name)');
    expect({ told, refused }).toEqual({ told: 'answered', refused: [] });
  });
});

describeWith('clients', 'a connection that a packaged driver holds across a migration', () => {
  test.for(Object.entries(packagedDrivers))('%s: the tap sees that its plan is refused', async ([, command]) => {
    expect(await askedAcross(command, widened)).toEqual(stale);
  });
});
