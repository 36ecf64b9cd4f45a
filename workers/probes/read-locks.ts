import type { LockMode } from '../../shared/domain/lock.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { qualified, relationName, userSchema } from './catalog/fragments.ts';

export interface HeldLock {
  /** `schema.name`; null: made by the transaction that holds it, so nobody else can see its name yet. */
  readonly relation: string | null;
  readonly mode: LockMode;
  readonly kind: 'table' | 'index' | 'view' | 'sequence' | 'new';
  /** For an index: its table. */
  readonly table?: string;
  /** Never to be stored; after the commit `readRelationNames` tells what it is. */
  readonly oid: number;
}

/**
 * Locks that one backend holds on user relations, read from another session: its own view would miss what it is
 * dropping. `names` is what was known before it began; TOAST tables are left out.
 */
export async function readRelationLocks(
  session: SqlSession,
  pid: number,
  names: ReadonlyMap<number, string> = new Map(),
): Promise<readonly HeldLock[]> {
  const rows = await session.query<HeldLockRow>(heldLocksSql, [pid, firstUserOid]);
  return rows.map(({ oid, mode, kind, relation, owner_table }) => {
    const known = relation ?? names.get(oid) ?? null;
    const table = owner_table === null ? {} : { table: owner_table };
    return { relation: known, mode, kind: known === null ? 'new' : kind, oid, ...table };
  });
}

interface HeldLockRow {
  readonly oid: number;
  readonly mode: LockMode;
  readonly kind: HeldLock['kind'];
  readonly relation: string | null;
  readonly owner_table: string | null;
}

/** Objects below belong to the system (FirstNormalObjectId). */
const firstUserOid = 16_384;

const heldLocksSql = `SELECT DISTINCT l.relation::int8::float8 AS oid, l.mode,
    CASE c.relkind WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence'
      ELSE 'table' END AS kind,
    (${qualified('n', 'c.relname')})::text AS relation,
    (${relationName('i.indrelid')})::text AS owner_table
  FROM pg_locks l
    LEFT JOIN pg_class c ON c.oid = l.relation
    LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_index i ON i.indexrelid = c.oid
  WHERE l.pid = $1 AND l.locktype = 'relation' AND l.granted AND l.mode <> 'SIReadLock'
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.relation >= $2 AND (c.oid IS NULL OR (${userSchema('n')}))
  ORDER BY relation, l.mode`;

/** Oid → `schema.name` of every relation that can be seen now. */
export async function readRelationNames(session: SqlSession): Promise<ReadonlyMap<number, string>> {
  const rows = await session.query<{ oid: number; relation: string }>(
    `SELECT c.oid::int8::float8 AS oid, (${qualified('n', 'c.relname')})::text AS relation
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${userSchema('n')}`,
  );
  return new Map(rows.map(({ oid, relation }) => [oid, relation]));
}

/** Backends that this backend waits for right now; empty: it does not wait. */
export async function readBlockers(session: SqlSession, pid: number): Promise<readonly number[]> {
  const [row] = await session.query<{ pids: number[] }>('SELECT pg_blocking_pids($1) AS pids', [pid]);
  return row?.pids ?? [];
}

export interface StoredRelation {
  readonly oid: number;
  readonly filenode: number;
}

/** Which file each table and materialized view is in; only committed rewrites show from another session. */
export async function readRelfilenodes(session: SqlSession): Promise<ReadonlyMap<string, StoredRelation>> {
  const rows = await session.query<StoredRelation & { relation: string }>(
    `SELECT (${qualified('n', 'c.relname')})::text AS relation, c.oid::int8::float8 AS oid,
       c.relfilenode::int8::float8 AS filenode
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'm') AND c.relfilenode <> 0 AND ${userSchema('n')}`,
  );
  return new Map(rows.map(({ relation, oid, filenode }) => [relation, { oid, filenode }]));
}

/** Relations, by their name now, that are the same as before and lie in another file. */
export function rewrittenRelations(
  before: ReadonlyMap<string, StoredRelation>,
  after: ReadonlyMap<string, StoredRelation>,
): readonly string[] {
  const filenodes = new Map([...before.values()].map(({ oid, filenode }) => [oid, filenode]));
  const moved = [...after].filter(([, { oid, filenode }]) => (filenodes.get(oid) ?? filenode) !== filenode);
  return moved.map(([relation]) => relation).sort();
}
