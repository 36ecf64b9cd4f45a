import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { qualified, userSchema } from './catalog/fragments.ts';

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
