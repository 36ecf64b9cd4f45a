import type { RowCount } from '../../shared/domain/schema.ts';
import { SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';
import { notOfExtension, qualified, userSchema } from './catalog/fragments.ts';
import { compareText } from './read-schema.ts';

export interface RowCountLimits {
  readonly lockTimeoutMs: number;
  /** For all tables together: what is not counted by then is `uncounted`. */
  readonly budgetMs: number;
}

export interface RowCounts {
  readonly rowCounts: readonly RowCount[];
  /** Tables that were locked, too large for the time, or gone before they could be counted. */
  readonly uncounted: readonly string[];
}

const defaultLimits: RowCountLimits = { lockTimeoutMs: 200, budgetMs: 60_000 };

/** Tables in one statement: few round trips, and yet one locked table spoils only its neighbours' first try. */
const batchTables = 50;

/** Exact counts of ordinary tables; each batch is a transaction of its own, so that no lock is kept for long. */
export async function readRowCounts(session: SqlSession, limits: RowCountLimits = defaultLimits): Promise<RowCounts> {
  const tables = await session.query<CountedTable>(tablesSql);
  const deadline = performance.now() + limits.budgetMs;
  const rowCounts: RowCount[] = [];
  const uncounted: string[] = [];
  const count = async (batch: readonly CountedTable[]): Promise<void> => {
    if (batch.length === 0) return;
    const counted = await countBatch(session, batch, limits.lockTimeoutMs, deadline - performance.now());
    if (counted !== null) rowCounts.push(...counted);
    else if (batch.length === 1) uncounted.push(...batch.map((table) => table.relation));
    else for (const table of batch) await count([table]);
  };
  for (let first = 0; first < tables.length; first += batchTables) {
    await count(tables.slice(first, first + batchTables));
  }
  return { rowCounts: rowCounts.sort((a, b) => compareText(a.relation, b.relation)), uncounted: uncounted.sort() };
}

interface CountedTable {
  readonly relation: string;
  readonly oid: number;
  readonly quoted: string;
}

const tablesSql = `SELECT (${qualified('n', 'c.relname')})::text AS relation, c.oid::int8::float8 AS oid,
    format('%I.%I', n.nspname, c.relname) AS quoted
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND ${userSchema('n')} AND ${notOfExtension('pg_class', 'c.oid')}`;

/** null: one of them could not be counted within the limits. */
async function countBatch(
  session: SqlSession,
  batch: readonly CountedTable[],
  lockTimeoutMs: number,
  leftMs: number,
): Promise<readonly RowCount[] | null> {
  if (leftMs < 1) return null;
  const counts = batch.map(
    ({ quoted }, index) => `SELECT ${index} AS index, count(*)::text AS rows FROM ONLY ${quoted}`,
  );
  await session.query(`BEGIN READ ONLY; SET LOCAL lock_timeout = ${lockTimeoutMs};
    SET LOCAL statement_timeout = ${Math.ceil(leftMs)}; SET LOCAL row_security = off`);
  try {
    const rows = await session.query<{ index: number; rows: string }>(counts.join(' UNION ALL '));
    return rows.flatMap(({ index, rows: count }) => {
      const table = batch[index];
      return table === undefined ? [] : [{ relation: table.relation, rows: Number(count), oid: table.oid }];
    });
  } catch (error) {
    if (error instanceof SqlError && error.sqlstate !== undefined && uncountable.has(error.sqlstate)) return null;
    throw error;
  } finally {
    await session.query('ROLLBACK');
  }
}

/** Locked, out of time, cancelled, or dropped or renamed meanwhile. */
const uncountable = new Set(['55P03', '57014', '42P01', '3F000', '42501']);
