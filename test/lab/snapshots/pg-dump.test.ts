import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import type { ServerAddress } from '../../../shared/edge/ports/sql.ts';
import { classifyDump } from '../../../workers/snapshots/classify-dump.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import { describeWith, pgDump } from '../../support/require.ts';
import { openSnapshotLab } from './snapshot-lab.ts';

/** What pg_dump says of a database; with rows unless only the schema is asked for. */
function dumped({ host, port, user, password, database }: ServerAddress, ...options: readonly string[]): string {
  const env = { ...process.env, PGPASSWORD: password };
  const args = ['-h', host, '-p', String(port), '-U', user, '-d', database, ...options];
  return execFileSync(pgDump, args, { env, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 });
}

async function production(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ major: 15 });
  await using session = await pgSql.connect(server.address, 'rehearsal/test');
  await session.query(await readFile(join(import.meta.dirname, 'production.sql'), 'utf8'));
  return server;
}

describeWith('clients', 'a snapshot from what pg_dump wrote', () => {
  test('has the schema of production to the letter, its rows masked, and no byte of a raw value', async () => {
    await using server = await production();
    await using lab = await openSnapshotLab();
    const dump = await lab.write('production.sql', dumped(server.address));
    expect(await readFile(dump, 'utf8')).toContain('canary-name');
    const { sealed } = await lab.snapshots.fromDump({
      name: 'production',
      dump,
      policy: await lab.write('policy.yaml', await classifyDump(dump)),
      dataAsOf: new Date('2026-03-01T04:00:00Z'),
      major: 15,
    });
    expect(await canariesIn(sealed.pgdata)).toEqual([]);
    const [rows] = await lab.ask<object>(
      sealed,
      `SELECT (SELECT count(*)::int FROM people) AS people, (SELECT count(*)::int FROM billing.invoices_2025) AS invoices,
         (SELECT count(*)::int FROM people WHERE manager IS NULL) AS heads, nextval('ticket')::int AS ticket,
         (SELECT count(*)::int FROM totals) AS totals`,
    );
    expect(rows).toEqual({ people: 2000, invoices: 213, heads: 1, ticket: 110, totals: 400 });
    const [schema] = await lab.on(sealed, async (clone) => [dumped(clone, '--schema-only')]);
    expect(plain(schema ?? '')).toBe(plain(dumped(server.address, '--schema-only')));
  });
});

/** The random key with which newer releases fence off a script is no part of the schema. */
const plain = (text: string): string => text.replace(/^\\(un)?restrict .*$/gm, '');

async function canariesIn(pgdata: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(pgdata, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    if (bytes.includes('canary-')) found.push(entry.name);
  }
  return found;
}
