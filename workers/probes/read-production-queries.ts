import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { runLimits } from '../../shared/plan/limits.ts';

/**
 * `role`: on a clone the session's role is ours, and nothing that it sent is production's. `reading`: on production it
 * may be the applications' own, and only what asks the catalogs or copies is the making of a snapshot.
 */
export type Ours = 'role' | 'reading';

const ofOurRole = 'userid = (SELECT oid FROM pg_roles WHERE rolname = current_user)';
const isOurs: Readonly<Record<Ours, string>> = {
  role: ofOurRole,
  reading: String.raw`${ofOurRole} AND query ~* '^\s*(copy|lock|declare)\M|\m(from|join)\s+(only\s+)?(pg_|information_schema)'`,
};

/** Who may not see the setting is told nothing, where asking for it by name would be refused. */
export const isLoaded = `EXISTS (SELECT FROM pg_settings
  WHERE name = 'shared_preload_libraries' AND setting ~ '(^|[, "])pg_stat_statements([, "]|$)')`;

export interface ProductionQueries {
  /** Most frequent first. */
  readonly texts: readonly string[];
  /** How many more there are. */
  readonly beyondLimit: number;
}

/** Several texts may be one shape. */
const textsMax = 2 * runLimits.queryShapes;

/**
 * What production ran most, as `pg_stat_statements` of this server has it; nothing where the extension is not in this
 * database or was not loaded. Its texts have no constants, except in commands that no server prepares.
 */
export async function readProductionQueries(session: SqlSession, ours: Ours): Promise<ProductionQueries> {
  const [place] = await session.query<{ view: string }>(
    `SELECT format('%I.pg_stat_statements', n.nspname) AS view FROM pg_extension e
     JOIN pg_namespace n ON n.oid = e.extnamespace
     WHERE e.extname = 'pg_stat_statements' AND ${isLoaded}`,
  );
  if (place === undefined) return { texts: [], beyondLimit: 0 };
  const rows = await session.query<{ query: string; texts: number }>(
    `SELECT query, max(calls) AS calls, count(*) OVER ()::int AS texts FROM ${place.view}
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND NOT (${isOurs[ours]})
       AND query IS NOT NULL AND query <> '<insufficient privilege>'
     GROUP BY query ORDER BY calls DESC, query LIMIT ${textsMax}`,
  );
  return { texts: rows.map(({ query }) => query), beyondLimit: (rows[0]?.texts ?? 0) - rows.length };
}
