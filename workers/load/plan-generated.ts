import type { TrafficTarget } from '../../shared/domain/run.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { columnToRewrite, type ResolvedTable, resolveTable } from './resolve-table.ts';
import type { GeneratedTemplate } from './traffic-plan.ts';
import { tryTemplate } from './try-template.ts';

/** Share of each act: mostly writes, for writers are who a migration blocks first. */
const weights = { update: 5, select: 3, 'insert-and-delete': 2 } as const;

/** Rows that the traffic of one table touches. */
const keysMax = 1_000;

/**
 * Statements of our own on one table, each tried once and rolled back: what cannot work on the untouched database
 * (privileges, triggers that refuse) is not sent. None of them changes a value or the number of rows.
 */
export async function planGenerated(session: SqlSession, target: TrafficTarget): Promise<readonly GeneratedTemplate[]> {
  const table = await resolveTable(session, target.relation);
  if (table === null || !(await mayRead(session, table))) return [];
  const hasKey = table.key.length > 0 && table.key.every((column) => target.columns.includes(column.name));
  const keyed = hasKey ? table : { ...table, key: [] };
  const keys = hasKey ? await readKeys(session, keyed) : await readOffsets(session, keyed);
  const candidates =
    target.onlyRead === true
      ? [hasKey ? selectTemplate(keyed, target, keys) : anyRowTemplate(keyed, target, keys)]
      : [updateTemplate(keyed, target, keys), selectTemplate(keyed, target, keys), insertTemplate(keyed, keys)];
  const working: GeneratedTemplate[] = [];
  for (const template of candidates) {
    if (template !== null && (await tryTemplate(session, template))) working.push(template);
  }
  return working;
}

async function mayRead(session: SqlSession, table: ResolvedTable): Promise<boolean> {
  const [row] = await session.query<{ may: boolean }>(
    `SELECT has_table_privilege($1::oid, 'SELECT') AND has_schema_privilege(relnamespace, 'USAGE') AS may
     FROM pg_class WHERE oid = $1::oid`,
    [table.oid],
  );
  return row?.may ?? false;
}

type Keys = GeneratedTemplate['keys'];

/** First keys in order, without the very last row: that one is the actors', who would be waited for all the time. */
async function readKeys(session: SqlSession, table: ResolvedTable): Promise<Keys> {
  const order = table.key.map((column) => column.quoted).join(', ');
  const list = table.key.map((column) => `${column.quoted}::text`).join(', ');
  const rows = await session.query<{ key: readonly string[] }>(
    `SELECT ARRAY[${list}] AS key FROM ${table.quoted} ORDER BY ${order} LIMIT ${keysMax + 1}`,
  );
  return rows.slice(0, Math.max(1, rows.length - 1)).map((row) => row.key);
}

/** Rows without a name are told by how many come before them; the first one is the actors'. */
async function readOffsets(session: SqlSession, table: ResolvedTable): Promise<Keys> {
  const [row] = await session.query<{ rows: number }>(
    `SELECT count(*)::int AS rows FROM (SELECT FROM ${table.quoted} LIMIT 50) AS few`,
  );
  const rows = row?.rows ?? 0;
  if (rows <= 1) return rows === 0 ? [] : [['0']];
  return Array.from({ length: rows - 1 }, (_, index) => [String(index + 1)]);
}

function whereKey(table: ResolvedTable): string {
  if (table.key.length > 0) {
    return table.key.map((column, index) => `${column.quoted} = $${index + 1}::${column.type}`).join(' AND ');
  }
  const its = (column: string) => `${column} = (SELECT ${column} FROM ${table.quoted} OFFSET $1::integer LIMIT 1)`;
  // The row's place is searched by address; its partition tells places of the same number apart.
  return `${its('ctid')} AND ${its('tableoid')}`;
}

function base(table: ResolvedTable, act: GeneratedTemplate['act'], keys: Keys): Omit<GeneratedTemplate, 'sql'> {
  const nothing = [table.key.length > 0 ? table.key.map(() => null) : ['0']];
  const writes = act === 'select' || keys.length === 0 ? [] : [{ relation: table.relation, rows: 1 }];
  const name = `${act}:${table.oid}`;
  const forBoth = { kind: 'generated', for: 'both', weight: weights[act] } as const;
  return { ...forBoth, act, relation: table.relation, name, writes, keys: keys.length > 0 ? keys : nothing };
}

function updateTemplate(table: ResolvedTable, target: TrafficTarget, keys: Keys): GeneratedTemplate | null {
  const column = columnToRewrite(table, target.columns);
  if (column === null) return null;
  const sql = `UPDATE ${table.quoted} SET ${column.quoted} = ${column.quoted} WHERE ${whereKey(table)}`;
  return { ...base(table, 'update', keys), sql };
}

function selectTemplate(table: ResolvedTable, target: TrafficTarget, keys: Keys): GeneratedTemplate {
  return { ...base(table, 'select', keys), sql: `${selectFrom(table, target)} WHERE ${whereKey(table)}` };
}

/** Rows of a view have no address. */
function anyRowTemplate(table: ResolvedTable, target: TrafficTarget, keys: Keys): GeneratedTemplate {
  return { ...base(table, 'select', keys), sql: `${selectFrom(table, target)} OFFSET $1::integer LIMIT 1` };
}

function selectFrom(table: ResolvedTable, target: TrafficTarget): string {
  const columns = table.columns.filter((column) => target.columns.includes(column.name));
  return `SELECT ${columns.map((column) => column.quoted).join(', ')} FROM ${table.quoted}`;
}

/**
 * A copy of a row under a fresh key, removed in the same transaction. All columns that the table has at that moment are
 * copied (`*` is read anew whenever the table changed), so a column that a migration added is filled as well.
 */
function insertTemplate(table: ResolvedTable, keys: Keys): GeneratedTemplate | null {
  const [key, second] = table.key;
  const copy = base(table, 'insert-and-delete', keys);
  if (key === undefined || second !== undefined || key.fresh === null) return null;
  if (table.otherUniques > 0 || table.columns.some((column) => column.generated)) return null;
  const undo = `DELETE FROM ${table.quoted} WHERE ${key.quoted} = $1::${key.type}`;
  const writes = [{ relation: table.relation, rows: 2 }];
  const returning = `RETURNING ${key.quoted}::text AS key`;
  if (keys.length === 0) {
    return { ...copy, writes, keys: [], sql: `INSERT INTO ${table.quoted} DEFAULT VALUES ${returning}`, undo };
  }
  const name = `'${key.name.replaceAll("'", "''")}'`;
  const sql = `INSERT INTO ${table.quoted} OVERRIDING SYSTEM VALUE SELECT (copied.copy).* FROM (
      SELECT jsonb_populate_record(r, jsonb_build_object(${name}, ${key.fresh})) AS copy
      FROM ${table.quoted} r WHERE r.${key.quoted} = $1::${key.type} OFFSET 0) AS copied ${returning}`;
  return { ...copy, writes, sql, undo };
}
