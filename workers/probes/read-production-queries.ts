import type { UnreadQueries } from '../../shared/domain/query-shape.ts';
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
  reading: String.raw`${ofOurRole} AND query ~* '^\s*(copy|lock|declare)\M|\m(from|join)\s+(only\s+)?(pg_|information_schema|\S+\.pg_stat_statements)'`,
};

/**
 * The library defines its settings only when the server starts with it. Everybody may see them, which is not so of
 * `shared_preload_libraries`; a value in a file for a library that is not there is not in the view.
 */
export const isLoaded = `EXISTS (SELECT FROM pg_settings WHERE name = 'pg_stat_statements.max')`;

export interface ProductionQueries extends UnreadQueries {
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
  const place = await placeOf(session);
  if (place === undefined) return { texts: [], beyondLimit: 0, hidden: 0, evictions: 0 };
  const evictions = await evictionsOf(session, place);
  if (!place.readable) return { texts: [], beyondLimit: 0, hidden: 'all', evictions };
  const from = `FROM ${place.schema}.pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (${isOurs[ours]}) IS NOT TRUE AND (${isHidden})`;
  const rows = await session.query<{ query: string; texts: number }>(
    `SELECT query, max(calls) AS calls, count(*) OVER ()::int AS texts ${from} IS FALSE
     GROUP BY query ORDER BY calls DESC, query LIMIT ${textsMax}`,
  );
  const [counted] = await session.query<{ hidden: number }>(`SELECT count(*)::int AS hidden ${from}`);
  const beyondLimit = (rows[0]?.texts ?? 0) - rows.length;
  return { texts: rows.map(({ query }) => query), beyondLimit, hidden: counted?.hidden ?? 0, evictions };
}

/** Another role's, for whoever has not `pg_read_all_stats`, or lost with the file of texts (the manual, "pg_stat_statements"). */
const isHidden = `query IS NULL OR query = '<insufficient privilege>'`;

interface Place {
  /** Quoted. */
  readonly schema: string;
  readonly readable: boolean;
  /** From version 1.9 of the extension on. */
  readonly counts: boolean;
}

async function placeOf(session: SqlSession): Promise<Place | undefined> {
  const may = (view: string) => `COALESCE((SELECT has_schema_privilege(n.oid, 'USAGE')
    AND has_table_privilege(c.oid, 'SELECT') FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = '${view}'), false)`;
  const [place] = await session.query<Place>(
    `SELECT quote_ident(n.nspname) AS schema, ${may('pg_stat_statements')} AS readable,
            ${may('pg_stat_statements_info')} AS counts
     FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
     WHERE e.extname = 'pg_stat_statements' AND ${isLoaded}`,
  );
  return place;
}

async function evictionsOf(session: SqlSession, { schema, counts }: Place): Promise<number> {
  if (!counts) return 0;
  const [counted] = await session.query<{ evictions: number }>(
    `SELECT dealloc::float8 AS evictions FROM ${schema}.pg_stat_statements_info`,
  );
  return counted?.evictions ?? 0;
}
