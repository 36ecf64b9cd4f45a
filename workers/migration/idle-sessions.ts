import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import type { LiveRun } from '../live-run.ts';
import { userSchema } from '../probes/catalog/fragments.ts';

/** The lock table of a server with default settings takes several times as many. */
const tablesMax = 1_000;

/**
 * A session that reads every table which nobody has, or waits to have, to himself at this moment. It keeps no snapshot:
 * whoever waits for it waits for its locks.
 */
export async function openReaderOfAll(run: LiveRun): Promise<SqlSession> {
  return await openIdle(run, 'rehearsal/reader', `BEGIN; ${readAllSql}`);
}

/** A session that keeps its view of the rows as they are now; concurrent index builds wait for it. */
export const openOlderSnapshot = (run: LiveRun): Promise<SqlSession> =>
  openIdle(run, 'rehearsal/older-snapshot', 'BEGIN ISOLATION LEVEL REPEATABLE READ');

/** It stands idle in its transaction for as long as we want. */
async function openIdle(run: LiveRun, name: string, begin: string): Promise<SqlSession> {
  const session = await run.sql.connect(run.clone.admin, name);
  try {
    await session.query(`${begin}; SET LOCAL statement_timeout = 0;
      SELECT set_config(name, '0', true) FROM pg_settings
      WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')`);
    return session;
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

/** Whether anybody but this backend waits for that one. */
export async function waitsAnybodyElse(admin: SqlSession, forPid: number, but: number): Promise<boolean> {
  const waiting = await admin.query(
    'SELECT FROM pg_locks WHERE NOT granted AND pid <> $2 AND $1 = ANY (pg_blocking_pids(pid)) LIMIT 1',
    [forPid, but],
  );
  return waiting.length > 0;
}

const readAllSql = `DO $$
  DECLARE name text;
  BEGIN
    FOR name IN SELECT format('%I.%I', n.nspname, c.relname)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND ${userSchema('n')} LIMIT ${tablesMax} LOOP
      BEGIN
        EXECUTE 'LOCK TABLE ONLY ' || name || ' IN ACCESS SHARE MODE NOWAIT';
      EXCEPTION WHEN lock_not_available OR undefined_table THEN
        CONTINUE;
      END;
    END LOOP;
  END $$`;
