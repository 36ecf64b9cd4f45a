import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import type { DumpedTable } from './masking-policy.ts';

/** What a running production says of itself before a row is read. */
export interface ProductionOutline {
  readonly major: number;
  readonly bytes: number;
  readonly asOf: Date;
  /** Every table that holds rows of its own, with the columns that a row is written by. */
  readonly tables: readonly DumpedTable[];
  /** `schema.table.column` → type. */
  readonly types: ReadonlyMap<string, string>;
}

/** Rows of extensions come with the extension; what foreign tables show lies on another server. */
const columnsOfTables = `
  SELECT n.nspname AS schema, c.relname AS name, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                    AND d.deptype = 'e')
  ORDER BY n.nspname, c.relname, a.attnum`;

export async function outlineProduction(session: SqlSession): Promise<ProductionOutline> {
  const [server] = await session.query<{ major: number; bytes: string; now: Date }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS major, now() AS now,
            pg_database_size(current_database())::text AS bytes`,
  );
  if (server === undefined) throw new Error('the server did not say what it is');
  const rows = await session.query<{ schema: string; name: string; column: string | null; type: string | null }>(
    columnsOfTables,
  );
  const tables = new Map<string, { readonly schema: string; readonly columns: string[] }>();
  const types = new Map<string, string>();
  for (const { schema, name, column, type } of rows) {
    const table = `${schema}.${name}`;
    const known = tables.get(table) ?? { schema, columns: [] };
    tables.set(table, known);
    if (column === null) continue;
    known.columns.push(column);
    types.set(`${table}.${column}`, type ?? 'unknown type');
  }
  return {
    major: server.major,
    bytes: Number(server.bytes),
    asOf: server.now,
    tables: [...tables].map(([table, { schema, columns }]) => ({ table, schema, columns })),
    types,
  };
}
