import { SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';
import { qualified, userSchema } from './catalog/fragments.ts';

export interface StoredRelation {
  readonly oid: number;
  readonly filenode: number;
  /** Number of the last column that it ever had. */
  readonly columns: number;
}

/** Which file each table and materialized view is in; only committed rewrites show from another session. */
export async function readRelfilenodes(session: SqlSession): Promise<ReadonlyMap<string, StoredRelation>> {
  const rows = await session.query<StoredRelation & { relation: string }>(
    `SELECT (${qualified('n', 'c.relname')})::text AS relation, c.oid::int8::float8 AS oid,
       c.relfilenode::int8::float8 AS filenode, c.relnatts::int AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'm') AND c.relfilenode <> 0 AND ${userSchema('n')}`,
  );
  return new Map(rows.map(({ relation, ...stored }) => [relation, stored]));
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

/** Somebody who holds the table must not hold up whoever asks for its size. */
const sizeWaitMs = 100;

/** Bytes of a table with what lies outside of its rows; undefined: it is locked, or gone. */
export async function readTableBytes(session: SqlSession, oid: number): Promise<number | undefined> {
  await session.query(`BEGIN READ ONLY; SET LOCAL lock_timeout = ${sizeWaitMs}`);
  try {
    const [row] = await session.query<{ bytes: number | null }>('SELECT pg_table_size($1::oid)::float8 AS bytes', [
      oid,
    ]);
    return row?.bytes ?? undefined;
  } catch (error) {
    if (error instanceof SqlError && (error.sqlstate === '55P03' || error.sqlstate === '42P01')) return undefined;
    throw error;
  } finally {
    await session.query('ROLLBACK');
  }
}
