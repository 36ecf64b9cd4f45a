import { afterAll, beforeAll, expect, test } from 'vitest';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { readTransactionStatus } from '../../../workers/probes/read-transaction-status.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';

let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await startEmbeddedPostgres();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const begun = 'BEGIN; SELECT pg_current_xact_id()::text AS xid';

test.for([
  ['committed', 'COMMIT'],
  ['aborted', 'ROLLBACK'],
  ['in progress', 'SELECT 1'],
] as const)('a transaction is %s', async ([status, end]) => {
  await using session = await pgSql.connect(server.address, 'rehearsal/test');
  await using other = await pgSql.connect(server.address, 'rehearsal/test');
  const [row] = await session.query<{ xid: string }>(begun);
  await session.query(end);
  expect(await readTransactionStatus(other, BigInt(row?.xid ?? 0))).toBe(status);
});

test('one whose number a crash gave back is unknown, and that is no error', async () => {
  await using session = await pgSql.connect(server.address, 'rehearsal/test');
  const [row] = await session.query<{ next: string }>('SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next');
  expect(await readTransactionStatus(session, BigInt(row?.next ?? 0))).toBeNull();
});
