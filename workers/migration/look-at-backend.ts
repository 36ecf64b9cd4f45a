import { type LockMode, lockModes } from '../../shared/domain/lock.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';

export interface BackendLook {
  /** Transaction id that the backend has been given; null: it has written nothing. */
  readonly xid: string | null;
  /** First transaction id that nobody has yet; it grows whenever any session writes. */
  readonly nextXid: bigint;
  /** Bytes of WAL since the beginning of time. */
  readonly walBytes: bigint;
  readonly locks: readonly { readonly relation: string; readonly mode: LockMode }[];
}

/** Everything the brake looks at, in one round trip from another session. A session never sees its own DROP in its locks, others do. */
export async function lookAtBackend(session: SqlSession, pid: number): Promise<BackendLook> {
  const rows = await session.query<{ xid: string | null; next: string; wal: string; locks: [string, string][] | null }>(
    `SELECT (SELECT backend_xid::text FROM pg_stat_activity WHERE pid = $1) AS xid,
            pg_snapshot_xmax(pg_current_snapshot())::text AS next,
            (pg_current_wal_insert_lsn() - '0/0')::text AS wal,
            (SELECT json_agg(json_build_array(n.nspname || '.' || c.relname, l.mode) ORDER BY n.nspname, c.relname)
               FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE l.pid = $1 AND l.granted AND l.locktype = 'relation'
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
                AND c.relkind IN ('r', 'p', 'm', 'v', 'f')) AS locks`,
    [pid],
  );
  const row = rows[0];
  if (row === undefined) throw new Error('the server answered a look without a row');
  return {
    xid: row.xid,
    nextXid: BigInt(row.next),
    walBytes: BigInt(row.wal),
    locks: strongestOf(row.locks ?? []),
  };
}

function strongestOf(locks: readonly [string, string][]): readonly { relation: string; mode: LockMode }[] {
  const strongest = new Map<string, LockMode>();
  for (const [relation, name] of locks) {
    const mode = lockModes.find((candidate) => candidate === name);
    if (mode === undefined) continue;
    const known = strongest.get(relation);
    if (known === undefined || lockModes.indexOf(mode) > lockModes.indexOf(known)) strongest.set(relation, mode);
  }
  return [...strongest].map(([relation, mode]) => ({ relation, mode }));
}
