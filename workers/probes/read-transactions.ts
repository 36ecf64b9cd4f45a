import type { SqlSession } from '../../shared/edge/ports/sql.ts';

/** Bytes of WAL written since the cluster was made; differences are what counts. */
export async function walPosition(session: SqlSession): Promise<number> {
  const [row] = await session.query<{ bytes: string }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text AS bytes`,
  );
  return Number(row?.bytes ?? 0);
}

/** Transaction id of the open transaction, 32 bit as pg_stat_activity has it; null: nothing written, or gone. */
export async function xidOf(session: SqlSession, pid: number): Promise<number | null> {
  const [row] = await session.query<{ xid: string | null }>(
    'SELECT backend_xid::text AS xid FROM pg_stat_activity WHERE pid = $1',
    [pid],
  );
  return row?.xid == null ? null : Number(row.xid);
}

/** The next transaction id (64 bit, epoch included) that nobody has been given yet. Asking assigns none. */
export async function nextXid(session: SqlSession): Promise<number> {
  const [row] = await session.query<{ xid: string }>('SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid');
  return Number(row?.xid ?? 0);
}
