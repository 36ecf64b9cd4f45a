import type { ValuesLost } from '../../shared/domain/recovery.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { notOfExtension, qualified, userSchema } from './catalog/fragments.ts';

/** Reading every value of a table takes its time; what is not read by then is not known. */
const readWaitMs = 20_000;

/** What one column held: how much, and a sum by which the same values are known again, wherever they stand. */
interface Held {
  readonly relation: string;
  readonly column: string;
  readonly oid: number;
  /** Its number in its table, which survives a renaming. */
  readonly number: number;
  readonly values: number;
  readonly sum: string;
}

/** Kept only while the run lives: not even the sums of values leave the clone. */
export interface HeldValues {
  readonly held: readonly Held[];
}

/** Reads the columns of these tables and columns, `schema.table.column`; others are not looked at. */
export async function readHeldValues(session: SqlSession, names: ReadonlySet<string>): Promise<HeldValues> {
  const columns = (await session.query<Column>(columnsSql)).filter(({ relation, column }) =>
    names.has(`${relation}.${column}`),
  );
  return { held: await readColumns(session, columns) };
}

/** Which of them are nowhere any more: not under another name, and not copied to another column of their table. */
export async function readLostValues(session: SqlSession, { held }: HeldValues): Promise<readonly ValuesLost[]> {
  const now = await session.query<Column>(columnsSql);
  const gone = held.filter(
    ({ oid, number, values }) =>
      values > 0 &&
      now.some((column) => column.oid === oid) &&
      !now.some((column) => column.oid === oid && column.number === number),
  );
  const tables = new Set(gone.map(({ oid }) => oid));
  const heirs = await readColumns(
    session,
    now.filter(({ oid }) => tables.has(oid)),
  );
  return gone
    .filter(({ oid, sum }) => !heirs.some((heir) => heir.oid === oid && heir.sum === sum))
    .map(({ relation, column, values }) => ({ relation, column, values }));
}

interface Column {
  readonly relation: string;
  readonly column: string;
  readonly oid: number;
  readonly number: number;
  readonly table: string;
  readonly quoted: string;
  readonly fallback: string | null;
}

const columnsSql = `SELECT (${qualified('n', 'c.relname')})::text AS relation, a.attname::text AS column,
    c.oid::int8::float8 AS oid, a.attnum::int AS number, format('%I.%I', n.nspname, c.relname) AS table,
    format('%I', a.attname) AS quoted, pg_get_expr(d.adbin, d.adrelid) AS fallback
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated = ''
  WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    AND ${userSchema('n')} AND ${notOfExtension('pg_class', 'c.oid')}
  ORDER BY c.oid, a.attnum`;

/** A default that says the same for every row; others (the time, a sequence) make values that tell something. */
const constant = /^(?:'(?:[^']|'')*'(?:::[\w\s."]+(?:\(\d+\))?)?|-?\d+(?:\.\d+)?|true|false|NULL(?:::[\w\s."]+)?)$/i;

async function readColumns(session: SqlSession, columns: readonly Column[]): Promise<readonly Held[]> {
  const held: Held[] = [];
  await session.query(`BEGIN READ ONLY; SET LOCAL lock_timeout = 200; SET LOCAL statement_timeout = ${readWaitMs};
    SET LOCAL row_security = off`);
  try {
    for (const [table, of] of Map.groupBy(columns, (column) => column.table)) {
      const asked = of.map(heldSql).join(', ');
      const [row] = await session.query<Record<string, string>>(`SELECT ${asked} FROM ONLY ${table}`);
      for (const [index, { relation, column, oid, number }] of of.entries()) {
        const values = Number(row?.[`values_${index}`] ?? 0);
        held.push({ relation, column, oid, number, values, sum: row?.[`sum_${index}`] ?? '' });
      }
    }
    return held;
  } finally {
    await session.query('ROLLBACK');
  }
}

function heldSql({ quoted, fallback }: Column, index: number): string {
  const told = fallback !== null && constant.test(fallback) ? `IS DISTINCT FROM (${fallback})::text` : 'IS NOT NULL';
  return `count(${quoted}) FILTER (WHERE ${quoted}::text ${told})::text AS values_${index},
    count(${quoted})::text || ' ' || coalesce(sum(hashtextextended(${quoted}::text, 0)::numeric), 0)::text
      AS sum_${index}`;
}
