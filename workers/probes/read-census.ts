import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { runLimits } from '../../shared/plan/limits.ts';
import { notOfExtension, qualified, userSchema } from './catalog/fragments.ts';

/** A column of few different texts, known again by numbers that survive a renaming. */
export interface CensusColumn {
  readonly oid: number;
  readonly number: number;
}

/** What one column holds. Values stay in the run: nothing of a census may be stored but numbers. */
export interface ColumnValues extends CensusColumn {
  readonly relation: string;
  readonly column: string;
  /** Its type or a check on it names what it may hold. */
  readonly isDeclared: boolean;
  /** Value → rows that hold it. */
  readonly rows: ReadonlyMap<string, number>;
  /** Values in rows that were written since the given transaction. */
  readonly written: ReadonlySet<string>;
}

/** Text columns that hold few different values, by the statistics of the snapshot: nothing is read for that. */
export async function findCensusColumns(session: SqlSession): Promise<readonly CensusColumn[]> {
  return await session.query<CensusColumn>(
    `SELECT c.oid::int8::float8 AS oid, a.attnum::int AS number FROM ${columnsFrom}
     JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
     WHERE ${isTextColumn} AND c.reltuples <= ${runLimits.censusRows}
       AND CASE WHEN s.n_distinct < 0 THEN -s.n_distinct * c.reltuples ELSE s.n_distinct END
         BETWEEN 1 AND ${runLimits.censusValues}
     ORDER BY c.oid, a.attnum LIMIT ${runLimits.censusColumns}`,
  );
}

/** The next transaction; what is written later is known by it. */
export async function nextTransaction(session: SqlSession): Promise<number> {
  const [row] = await session.query<{ next: number }>(
    'SELECT (txid_snapshot_xmax(txid_current_snapshot()) % 4294967296)::float8 AS next',
  );
  return row?.next ?? 0;
}

/** What these columns hold now; those that are gone are left out. */
export async function readCensus(
  session: SqlSession,
  columns: readonly CensusColumn[],
  writtenSince: number,
): Promise<readonly ColumnValues[]> {
  const known = new Set(columns.map(keyOf));
  const now = (await session.query<Found>(foundSql)).filter((found) => known.has(keyOf(found)));
  if (now.length === 0) return [];
  const each = now.map(
    ({ table, quoted }, index) => `SELECT ${index} AS index, ${quoted}::text AS value, count(*)::float8 AS rows,
      count(*) FILTER (WHERE xmin::text::int8 >= ${writtenSince})::float8 AS fresh
      FROM ONLY ${table} WHERE ${quoted} IS NOT NULL GROUP BY ${quoted}`,
  );
  await session.query(`BEGIN READ ONLY; SET LOCAL lock_timeout = 200; SET LOCAL row_security = off;
    SET LOCAL statement_timeout = ${runLimits.censusMs}`);
  try {
    const rows = await session.query<{ index: number; value: string; rows: number; fresh: number }>(
      each.join(' UNION ALL '),
    );
    return now.map(({ relation, column, oid, number, isDeclared }, index) => {
      const own = rows.filter((row) => row.index === index);
      return {
        relation,
        column,
        oid,
        number,
        isDeclared,
        rows: new Map(own.map((row) => [row.value, row.rows])),
        written: new Set(own.filter(({ fresh }) => fresh > 0).map(({ value }) => value)),
      };
    });
  } finally {
    await session.query('ROLLBACK');
  }
}

export const keyOf = ({ oid, number }: CensusColumn): string => `${oid}.${number}`;

interface Found extends CensusColumn {
  readonly relation: string;
  readonly column: string;
  readonly table: string;
  readonly quoted: string;
  readonly isDeclared: boolean;
}

const columnsFrom = `pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_type t ON t.oid = a.atttypid`;

/** Texts of every kind, and enums. */
const isTextColumn = `c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND ${userSchema('n')}
  AND (t.typtype = 'e' OR t.typname IN ('text', 'varchar', 'bpchar')) AND ${notOfExtension('pg_class', 'c.oid')}`;

const foundSql = `SELECT (${qualified('n', 'c.relname')})::text AS relation, a.attname::text AS column,
    c.oid::int8::float8 AS oid, a.attnum::int AS number, format('%I.%I', n.nspname, c.relname) AS table,
    format('%I', a.attname) AS quoted,
    t.typtype = 'e' OR EXISTS (SELECT FROM pg_catalog.pg_constraint k
      WHERE k.conrelid = c.oid AND k.contype IN ('c', 'f') AND a.attnum = ANY (k.conkey)) AS "isDeclared"
  FROM ${columnsFrom} WHERE ${isTextColumn} ORDER BY c.oid, a.attnum`;
