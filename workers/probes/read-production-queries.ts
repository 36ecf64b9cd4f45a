import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { runLimits } from '../../shared/plan/limits.ts';

/**
 * What production ran most, as `pg_stat_statements` kept it with the snapshot; nothing where the extension is not in
 * this database or was not loaded. Its texts have no constants, except in commands that no server prepares.
 */
export async function readProductionQueries(admin: SqlSession): Promise<readonly string[]> {
  const [place] = await admin.query<{ view: string }>(
    `SELECT format('%I.pg_stat_statements', n.nspname) AS view FROM pg_extension e
     JOIN pg_namespace n ON n.oid = e.extnamespace
     WHERE e.extname = 'pg_stat_statements'
       AND current_setting('shared_preload_libraries') LIKE '%pg_stat_statements%'`,
  );
  if (place === undefined) return [];
  const rows = await admin.query<{ query: string }>(
    `SELECT query, max(calls) AS calls FROM ${place.view}
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND userid <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
       AND query IS NOT NULL AND query <> '<insufficient privilege>'
     GROUP BY query ORDER BY calls DESC, query LIMIT ${2 * runLimits.queryShapes}`,
  );
  return rows.map(({ query }) => query);
}
