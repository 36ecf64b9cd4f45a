import { SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';

/** `invalid_parameter_value`: the number is one that is still to be given. */
const fromTheFuture = '22023';

/**
 * `committed`, `aborted` or `in progress`; null: the server does not know it any more, as after a crash before any of it
 * was written, when its number will be given again. Source: PostgreSQL manual, "Transaction ID and Snapshot
 * Information Functions". Throws SqlError.
 */
export async function readTransactionStatus(session: SqlSession, xid: bigint): Promise<string | null> {
  const sql = 'SELECT pg_xact_status($1::text::xid8) AS status';
  try {
    const rows = await session.query<{ status: string | null }>(sql, [`${xid}`]);
    return rows[0]?.status ?? null;
  } catch (error) {
    if (error instanceof SqlError && error.sqlstate === fromTheFuture) return null;
    throw error;
  }
}
