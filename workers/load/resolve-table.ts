import type { SqlSession } from '../../shared/edge/ports/sql.ts';

/** A relation as statements must write it, and what can be done with it. */
export interface ResolvedTable {
  readonly oid: number;
  readonly relation: string;
  /** Quoted where it must be. */
  readonly quoted: string;
  readonly columns: readonly ResolvedColumn[];
  /** Columns of the primary key, else of a unique index over columns that are never null; empty: rows have no name. */
  readonly key: readonly ResolvedColumn[];
  /** Unique or exclusion indexes besides the key. */
  readonly otherUniques: number;
}

export interface ResolvedColumn {
  readonly name: string;
  readonly quoted: string;
  readonly type: string;
  readonly generated: boolean;
  readonly identity: 'a' | 'd' | '';
  /** Expression that makes a fresh value; null: there is none. */
  readonly fresh: string | null;
  /** Fixed-length columns are cheap to write back. */
  readonly fixedLength: boolean;
}

/** What `schema.name` is now; null: there is no such table (any more). */
export async function resolveTable(session: SqlSession, relation: string): Promise<ResolvedTable | null> {
  const [row] = await session.query<TableRow>(tableSql, [relation]);
  if (row === undefined) return null;
  const columns = JSON.parse(row.columns) as readonly (ResolvedColumn & { readonly number: number })[];
  const numbers = row.key_columns?.split(' ').map(Number) ?? [];
  const key = numbers.flatMap((number) => columns.filter((column) => column.number === number));
  const { oid, quoted, other_uniques: otherUniques } = row;
  return { oid, relation, quoted, columns, key, otherUniques };
}

interface TableRow {
  readonly oid: number;
  readonly quoted: string;
  readonly columns: string;
  readonly key_columns: string | null;
  readonly other_uniques: number;
}

const usableAsKey = `i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
  AND NOT EXISTS (SELECT FROM pg_attribute ka WHERE ka.attrelid = c.oid AND ka.attnum = ANY (i.indkey)
    AND NOT ka.attnotnull)`;

const tableSql = `SELECT c.oid::int8::float8 AS oid, format('%I.%I', n.nspname, c.relname) AS quoted,
    (SELECT coalesce(json_agg(json_build_object(
        'number', a.attnum, 'name', a.attname, 'quoted', quote_ident(a.attname),
        'type', format_type(a.atttypid, a.atttypmod), 'generated', a.attgenerated <> '', 'identity', a.attidentity,
        'fixedLength', t.typlen > 0,
        'fresh', CASE WHEN a.attidentity <> ''
            THEN format('nextval(%L::regclass)',
              pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname))
          WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END) ORDER BY a.attnum), '[]')::text
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
    (SELECT array_to_string((i.indkey::int2[])[0:i.indnkeyatts - 1], ' ') FROM pg_index i
      WHERE i.indrelid = c.oid AND ${usableAsKey}
      ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1) AS key_columns,
    (SELECT greatest(0, count(*) - 1)::int FROM pg_index i
      WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion)) AS other_uniques
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname || '.' || c.relname = $1 AND c.relkind IN ('r', 'p')`;

/** A column that can be set to itself: cheap ones first, key columns last; null: every column writes itself. */
export function columnToRewrite(table: ResolvedTable, allowed: readonly string[]): ResolvedColumn | null {
  const settable = table.columns.filter(
    (column) => allowed.includes(column.name) && !column.generated && column.identity !== 'a',
  );
  const rank = (column: ResolvedColumn): number => Number(table.key.includes(column)) * 2 + Number(!column.fixedLength);
  return settable.toSorted((left, right) => rank(left) - rank(right))[0] ?? null;
}
