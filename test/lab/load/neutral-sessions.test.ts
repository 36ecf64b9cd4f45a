import { expect, test } from 'vitest';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { startEmbeddedPostgres } from '../../support/embedded-postgres.ts';

test("timeouts of production do not cancel the rehearsal's own sessions, and can still be asked for", async () => {
  await using server = await startEmbeddedPostgres({
    settings: {
      statement_timeout: '30ms',
      default_transaction_read_only: 'on',
      default_transaction_isolation: 'serializable',
    },
  });
  await using own = await pgSql.connect(server.address, 'rehearsal/observer');
  await own.query('SELECT pg_sleep(0.2)');
  await own.query('CREATE TABLE t (a int)');
  expect(await own.query('SHOW transaction_isolation')).toEqual([{ transaction_isolation: 'read committed' }]);
  await using asked = await pgSql.connect(server.address, 'rehearsal/settings', 'of-the-role');
  expect(await asked.query('SHOW statement_timeout')).toEqual([{ statement_timeout: '30ms' }]);
  await using other = await pgSql.connect(server.address, 'psql');
  await expect(other.query('SELECT pg_sleep(0.2)')).rejects.toMatchObject({ sqlstate: '57014' });
});

test('a session that was ended between two queries says with the next one why', async () => {
  await using server = await startEmbeddedPostgres();
  await using other = await pgSql.connect(server.address, 'psql');
  await using ended = await pgSql.connect(server.address, 'rehearsal/observer');
  await other.query('SELECT pg_terminate_backend($1)', [ended.backendPid]);
  const gone = async () =>
    (await other.query('SELECT FROM pg_stat_activity WHERE pid = $1', [ended.backendPid])).length;
  await expect.poll(gone).toBe(0);
  // The goodbye has reached this process once a round trip that began later is over.
  await other.query('SELECT 1');
  await expect(ended.query('SELECT 1')).rejects.toThrow(/terminating connection/);
});
