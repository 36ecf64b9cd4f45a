import type { Coverage } from '../../shared/domain/load.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import type { TrafficTemplate } from './traffic-plan.ts';
import type { TrafficRecord } from './traffic-record.ts';

/** Rows that the server counted as written (n_tup_ins + n_tup_upd + n_tup_del), partitions included. */
export type WriteCounts = ReadonlyMap<string, { readonly oid: number; readonly rows: number }>;

export async function readWriteCounts(session: SqlSession, relations: readonly string[]): Promise<WriteCounts> {
  const rows = await session.query<{ relation: string; oid: number; rows: number }>(
    `SELECT n.nspname || '.' || c.relname AS relation, c.oid::int8::float8 AS oid,
       (SELECT sum(pg_stat_get_tuples_inserted(p.oid) + pg_stat_get_tuples_updated(p.oid)
          + pg_stat_get_tuples_deleted(p.oid))::float8
        FROM (SELECT c.oid UNION SELECT relid FROM pg_partition_tree(c.oid)) AS p (oid)) AS rows
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname || '.' || c.relname = ANY ($1)`,
    [[...relations]],
  );
  return new Map(rows.map(({ relation, oid, rows: count }) => [relation, { oid, rows: count }]));
}

/**
 * Planned against seen writes of each relation. Seen is what our transactions committed, but never more than the
 * server's own count grew by: the server's growth alone would count the migration's writes as ours. Where the server
 * cannot tell (the table was dropped or remade, or a crash lost its statistics), our own count stands.
 */
export function coverageOf(
  relations: readonly string[],
  templates: readonly TrafficTemplate[],
  records: readonly TrafficRecord[],
  before: WriteCounts,
  after: WriteCounts,
): readonly Coverage[] {
  const planned = new Map<string, number>();
  const committed = new Map<string, number>();
  for (const record of records) {
    // It committed and found nothing to write: no write was missed.
    if (record.failure === null && !record.wrote) continue;
    for (const { relation, rows } of templates[record.template]?.writes ?? []) {
      planned.set(relation, (planned.get(relation) ?? 0) + rows);
      if (record.failure === null) committed.set(relation, (committed.get(relation) ?? 0) + rows);
    }
  }
  return relations.map((relation) => {
    const ours = committed.get(relation) ?? 0;
    const [was, is] = [before.get(relation), after.get(relation)];
    const grew = was !== undefined && is !== undefined && was.oid === is.oid ? is.rows - was.rows : -1;
    return { relation, planned: planned.get(relation) ?? 0, seen: grew < 0 ? ours : Math.min(ours, grew) };
  });
}
