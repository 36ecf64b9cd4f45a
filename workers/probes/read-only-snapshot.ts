import type { SqlSession } from '../../shared/edge/ports/sql.ts';

/** Reading never waits longer than this for a lock: the database may be full of them. */
const lockTimeoutMs = 2_000;

/**
 * One look at one moment. Printing functions of the server (`pg_get_viewdef` and its like) take an AccessShareLock,
 * so even the catalogs can make a reader wait: then it gives up (SQLSTATE 55P03) and nothing was seen.
 */
export async function inReadOnlySnapshot<T>(session: SqlSession, read: () => Promise<T>): Promise<T> {
  await session.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL lock_timeout = ${lockTimeoutMs}; SET LOCAL statement_timeout = 0; SET LOCAL search_path = pg_catalog;
    SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres';
    SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL quote_all_identifiers = off`);
  try {
    return await read();
  } finally {
    await session.query('ROLLBACK');
  }
}
