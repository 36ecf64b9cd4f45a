import { type LockMode, lockModes } from '../../shared/domain/lock.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { qualified, userSchema } from './catalog/fragments.ts';

export interface BackendLook {
  /** Transaction id that the backend has been given; null: it has written nothing. */
  readonly xid: string | null;
  /** First transaction id that nobody has yet; it grows whenever any session writes. Asking assigns none. */
  readonly nextXid: bigint;
  /** Bytes of WAL since the beginning of time. */
  readonly walBytes: bigint;
  /** Backends for whose locks or transactions it waits. */
  readonly waitsFor: readonly number[];
  /**
   * The strongest lock that it has, or waits for, on each table or view, those only that others can see: not what its
   * own transaction made. A partition on its way out has been left by all who came through its table.
   */
  readonly locks: readonly { readonly relation: string; readonly mode: LockMode }[];
  /** Relations that its open transaction made: it holds locks on what nobody else can see yet. */
  readonly unseen: readonly number[];
}

/**
 * Everything the brake looks at, in one round trip from another session: a session never sees its own DROP in its
 * locks, others do.
 */
export async function lookAtBackend(session: SqlSession, pid: number): Promise<BackendLook> {
  const [row] = await session.query<LookRow>(lookSql, [pid]);
  if (row === undefined) throw new Error('the server answered a look without a row');
  return {
    xid: row.xid,
    nextXid: BigInt(row.next),
    walBytes: BigInt(row.wal),
    waitsFor: row.waits ?? [],
    locks: strongestOf(row.locks ?? []),
    unseen: row.unseen ?? [],
  };
}

/**
 * Its transaction id with the wraparounds that the server has seen: of all that end in these bits, the one nearest to
 * the next. Undefined: it has none.
 */
export function fullXid({ xid, nextXid }: Pick<BackendLook, 'xid' | 'nextXid'>): bigint | undefined {
  if (xid === null) return undefined;
  return nextXid + BigInt.asIntN(32, BigInt(xid) - nextXid);
}

interface LookRow {
  readonly xid: string | null;
  readonly next: string;
  readonly wal: string;
  readonly waits: readonly number[] | null;
  readonly locks: readonly (readonly [string, string])[] | null;
  readonly unseen: readonly number[] | null;
}

const lookSql = `WITH held AS MATERIALIZED (SELECT * FROM pg_locks WHERE pid = $1)
  SELECT (SELECT backend_xid::text FROM pg_stat_get_activity($1)) AS xid,
    pg_snapshot_xmax(pg_current_snapshot())::text AS next,
    (pg_current_wal_insert_lsn() - '0/0')::text AS wal,
    (SELECT json_agg(l.relation::int8) FROM held l WHERE l.granted AND l.locktype = 'relation'
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND NOT EXISTS (SELECT FROM pg_class WHERE oid = l.relation)) AS unseen,
    CASE WHEN EXISTS (SELECT FROM held WHERE NOT granted) THEN to_json(pg_blocking_pids($1)) END AS waits,
    (SELECT json_agg(json_build_array((${qualified('n', 'c.relname')})::text, l.mode))
       FROM held l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE l.locktype = 'relation'
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND ${userSchema('n')} AND c.relkind IN ('r', 'p', 'm', 'v', 'f')
        AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid AND i.inhdetachpending)) AS locks`;

function strongestOf(locks: readonly (readonly [string, string])[]): BackendLook['locks'] {
  const strongest = new Map<string, LockMode>();
  for (const [relation, name] of locks) {
    const mode = lockModes.find((candidate) => candidate === name);
    if (mode === undefined) continue;
    const known = strongest.get(relation);
    if (known === undefined || lockModes.indexOf(mode) > lockModes.indexOf(known)) strongest.set(relation, mode);
  }
  return [...strongest]
    .map(([relation, mode]) => ({ relation, mode }))
    .sort((a, b) => (a.relation < b.relation ? -1 : 1));
}
