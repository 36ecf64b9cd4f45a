import type { UnreadQueries } from '../../shared/domain/query-shape.ts';
import type { CapturedWorkload } from '../../shared/edge/ports/snapshots.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { defaultLoad } from '../../shared/plan/manifest/read-load.ts';
import { keepableQueries } from '../../shared/plan/query-shapes.ts';
import { isLoaded, readProductionQueries } from '../probes/read-production-queries.ts';

export interface Captured {
  readonly settings: Readonly<Record<string, string>>;
  readonly workload?: CapturedWorkload;
  readonly queries?: readonly string[];
  readonly queriesBeyondLimit?: number;
  readonly queriesHidden?: UnreadQueries['hidden'];
  readonly queryEvictions?: number;
}

type CapturedQueries = Omit<Captured, 'settings' | 'workload'>;

/** What changes how a migration and its traffic behave; sizes, places and peers stay the machine's own. */
const captured = [
  'lock_timeout',
  'statement_timeout',
  'idle_in_transaction_session_timeout',
  'deadlock_timeout',
  'default_transaction_isolation',
  'default_transaction_deferrable',
  'default_toast_compression',
  'max_locks_per_transaction',
  'max_prepared_transactions',
  'check_function_bodies',
  'standard_conforming_strings',
  'client_min_messages',
  'DateStyle',
  'IntervalStyle',
  'TimeZone',
  'search_path',
  'random_page_cost',
  'jit',
  'plan_cache_mode',
  'vacuum_freeze_min_age',
];

/** Names that are captured, for whoever reads them from a file. */
export const isCapturedSetting = (name: string): boolean =>
  captured.some((known) => known.toLowerCase() === name.toLowerCase());

/** Younger figures say more of whoever reset them than of production. */
const ageSecondsMin = 60;
/** The slowest hundredth of fewer is a handful of accidents. */
const countMin = 100;
/** Beyond it a generator on a test machine would only measure itself. */
const ratePerSecondMax = 1000;
const holdMsMax = 30_000;

/** What a running production says of how it is configured and used; what it does not say is left to the defaults. */
export async function readCaptured(session: SqlSession): Promise<Captured> {
  const settings = await session.query<{ name: string; value: string }>(
    `SELECT name, current_setting(name) AS value FROM pg_settings
     WHERE name = ANY($1) AND source IN ('configuration file', 'command line', 'environment variable')`,
    [captured],
  );
  const view = await statementsView(session);
  const rate = (await transactionRate(session)) ?? (view && (await statementRate(session, view)));
  const holdMs = view && (await slowHundredthMs(session, view));
  const workload = {
    ...(rate !== undefined && { ratePerSecond: Math.min(ratePerSecondMax, Math.max(1, Math.round(rate))) }),
    ...(holdMs !== undefined && { holdMs: Math.min(holdMsMax, Math.ceil(holdMs)) }),
  };
  return {
    settings: Object.fromEntries(settings.map(({ name, value }) => [name, value])),
    ...(Object.keys(workload).length > 0 && { workload }),
    ...(await readQueries(session)),
  };
}

/** Texts alone, so that it does not matter for how long they have been counted. */
export async function readQueries(session: SqlSession): Promise<CapturedQueries> {
  const { texts, beyondLimit, hidden, evictions } = await readProductionQueries(session, 'reading');
  const queries = keepableQueries(texts);
  return {
    ...(queries.length === 0 ? {} : { queries }),
    ...(beyondLimit === 0 ? {} : { queriesBeyondLimit: beyondLimit }),
    ...(hidden === 0 ? {} : { queriesHidden: hidden }),
    ...(evictions === 0 ? {} : { queryEvictions: evictions }),
  };
}

/** `pg_stat_database` counts every transaction since it was reset; without that moment the figure has no time. */
async function transactionRate(session: SqlSession): Promise<number | undefined> {
  const [counted] = await session.query<Counted>(
    `SELECT (xact_commit + xact_rollback)::float8 AS count,
            extract(epoch FROM clock_timestamp() - stats_reset)::float8 AS seconds
     FROM pg_stat_database WHERE datname = current_database()`,
  );
  return rateOf(counted);
}

/** Statements of applications, each for a transaction: most of them are, and where not, it is a little too much. */
async function statementRate(session: SqlSession, { view, schema }: StatementsView): Promise<number | undefined> {
  const [counted] = await session.query<Counted>(
    `SELECT sum(calls)::float8 AS count,
            (SELECT extract(epoch FROM clock_timestamp() - stats_reset)::float8 FROM ${schema}.pg_stat_statements_info)
              AS seconds
     FROM ${view} WHERE ${ofThisDatabase} AND query !~* '^(begin|start|commit|end|rollback|savepoint|release|set|reset|show)'`,
  );
  return rateOf(counted);
}

/**
 * The 99th percentile of statements by calls, from mean and deviation. A transaction holds its locks at least as long
 * as its slowest statement runs and often much longer, so it counts only where it is more than is held by default.
 */
async function slowHundredthMs(session: SqlSession, { view }: StatementsView): Promise<number | undefined> {
  const statements = await session.query<{ calls: number; ms: number }>(
    `SELECT calls::float8, mean_exec_time + 2.326 * stddev_exec_time AS ms FROM ${view}
     WHERE ${ofThisDatabase} ORDER BY ms DESC`,
  );
  const calls = statements.reduce((sum, statement) => sum + statement.calls, 0);
  let slower = 0;
  for (const { calls: these, ms } of statements) {
    slower += these;
    if (slower * 100 >= calls) return calls >= countMin && ms > defaultLoad.holdMs ? ms : undefined;
  }
  return undefined;
}

interface Counted {
  readonly count: number | null;
  readonly seconds: number | null;
}

function rateOf(counted: Counted | undefined): number | undefined {
  const { count, seconds } = counted ?? { count: null, seconds: null };
  if (count === null || seconds === null || seconds < ageSecondsMin || count < countMin) return undefined;
  return count / seconds;
}

interface StatementsView {
  readonly schema: string;
  readonly view: string;
}

const ofThisDatabase = 'dbid = (SELECT oid FROM pg_database WHERE datname = current_database())';

/** Nothing where the extension is not in this database, was not loaded, or may not be read. */
async function statementsView(session: SqlSession): Promise<StatementsView | undefined> {
  const [place] = await session.query<{ schema: string }>(
    `SELECT quote_ident(n.nspname) AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
     WHERE e.extname = 'pg_stat_statements' AND string_to_array(e.extversion, '.')::int[] >= '{1,9}'
       AND ${isLoaded}
       AND (pg_has_role('pg_read_all_stats', 'USAGE') OR pg_has_role('pg_monitor', 'USAGE'))`,
  );
  return place && { schema: place.schema, view: `${place.schema}.pg_stat_statements` };
}
