import type { Ledger, LedgerEntry } from '../../shared/domain/schema.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { qualified, userSchema } from './catalog/fragments.ts';
import { type LedgerShape, ledgerShapes } from './ledger-shapes.ts';
import { compareText } from './read-schema.ts';

/** Ledgers are small; a table that only looks like one must not fill the evidence. */
const entriesMax = 20_000;

/** The widest known ledger (Liquibase) has 14 columns; tables beyond this are not looked at unless named. */
const columnsMax = 16;

/** Every table that has the shape of a known tool's ledger, and those that are named (`name` or `schema.name`). */
export async function readLedgers(session: SqlSession, named: readonly string[]): Promise<readonly Ledger[]> {
  const tables = await session.query<LedgerTable>(tablesSql, [columnsMax, [...named]]);
  const relations = new Set(tables.map((table) => table.relation));
  const ledgers: Ledger[] = [];
  for (const table of tables) {
    const shape = ledgerShapes.find((candidate) => fits(candidate, table, relations)) ?? namedShape(table);
    if (shape === null) continue;
    const entries = await readEntries(session, table, shape);
    ledgers.push({ relation: table.relation, tool: shape.tool, entries });
  }
  return ledgers.sort((left, right) => compareText(left.relation, right.relation));
}

interface LedgerTable {
  readonly relation: string;
  readonly schema: string;
  readonly name: string;
  readonly quoted: string;
  readonly named: boolean;
  /** JSON text: column → type. */
  readonly columns: string;
}

const tablesSql = `SELECT * FROM (
  SELECT (${qualified('n', 'c.relname')})::text AS relation, n.nspname::text AS schema, c.relname::text AS name,
    format('%I.%I', n.nspname, c.relname) AS quoted,
    c.relname = ANY ($2::text[]) OR ${qualified('n', 'c.relname')} = ANY ($2::text[]) AS named,
    (SELECT json_object_agg(a.attname, format_type(a.atttypid, NULL) ORDER BY a.attnum)::text FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
    c.relnatts AS slots
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND ${userSchema('n')}) AS candidates
WHERE columns IS NOT NULL AND (slots <= $1 OR named)`;

function fits(shape: LedgerShape, table: LedgerTable, relations: ReadonlySet<string>): boolean {
  const columns = JSON.parse(table.columns) as Record<string, string>;
  const wanted = Object.entries(shape.columns);
  if (shape.table !== undefined && !shape.table.test(table.name)) return false;
  if (shape.exact && Object.keys(columns).length !== wanted.length) return false;
  if (shape.beside !== undefined && !relations.has(`${table.schema}.${shape.beside}`)) return false;
  return wanted.every(([name, type]) => columns[name] !== undefined && type.test(columns[name]));
}

/** What only the manifest knows: its `version`, else its first column; a boolean `dirty` is believed. */
function namedShape(table: LedgerTable): LedgerShape | null {
  if (!table.named) return null;
  const columns = JSON.parse(table.columns) as Record<string, string>;
  const version = 'version' in columns ? 'version' : (Object.keys(columns)[0] ?? 'version');
  const quoted = `"${version.replaceAll('"', '""')}"`;
  const dirty = columns.dirty === 'boolean' ? 'coalesce(dirty, false)' : 'false';
  return { tool: 'named', columns: {}, rows: `DISTINCT ${quoted}::text AS version, ${dirty} AS dirty FROM ledger` };
}

async function readEntries(
  session: SqlSession,
  table: LedgerTable,
  shape: LedgerShape,
): Promise<readonly LedgerEntry[]> {
  const rows = await session.query<LedgerEntry>(`WITH ledger AS (SELECT * FROM ${table.quoted})
    SELECT version, dirty FROM (SELECT ${shape.rows}) AS entries WHERE version IS NOT NULL LIMIT ${entriesMax}`);
  return rows
    .map(({ version, dirty }) => ({ version, dirty }))
    .sort((left, right) => compareText(left.version, right.version) || Number(left.dirty) - Number(right.dirty));
}
