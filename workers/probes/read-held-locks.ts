import type { HeldLedgerLock } from '../../shared/domain/schema.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { qualified, userSchema } from './catalog/fragments.ts';
import { compareText } from './read-schema.ts';

/**
 * How migration tools say in a table of their own that one of them is at work. A row outlives the process that wrote
 * it, unlike an advisory lock.
 */
const lockShapes = [
  // Liquibase
  { columns: { id: /int/, locked: /^boolean$/, lockgranted: /^timestamp/ }, flag: 'locked' },
  // Knex
  { columns: { index: /int/, is_locked: /int/ }, flag: 'is_locked' },
  // Others that lie beside a ledger, `migrations_lock`
  { columns: { is_locked: /^boolean$/ }, flag: 'is_locked' },
  { columns: { locked: /^boolean$/ }, flag: 'locked' },
] as const;

interface LockTable {
  readonly relation: string;
  readonly quoted: string;
  /** JSON text: column → type; null: it has none. */
  readonly columns: string | null;
}

const tablesSql = `SELECT (${qualified('n', 'c.relname')})::text AS relation,
    format('%I.%I', n.nspname, c.relname) AS quoted,
    (SELECT json_object_agg(a.attname, format_type(a.atttypid, NULL))::text FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND ${userSchema('n')} AND c.relnatts BETWEEN 1 AND 6
    AND c.relname ~* '(migration|changelog|schema).*lock$'`;

/** Migration locks that somebody holds, or held when he died. */
export async function readHeldLocks(session: SqlSession): Promise<readonly HeldLedgerLock[]> {
  const held: HeldLedgerLock[] = [];
  for (const { relation, quoted, columns } of await session.query<LockTable>(tablesSql)) {
    const types: Readonly<Record<string, string>> = JSON.parse(columns ?? '{}');
    const flag = lockShapes.find((candidate) => fits(candidate.columns, types))?.flag;
    if (flag === undefined) continue;
    const isTrue = `${flag}::text IN ('true', '1')`;
    const [row] = await session.query<{ held: boolean }>(
      `SELECT EXISTS (SELECT FROM ${quoted} WHERE ${isTrue}) AS held`,
    );
    const free = types[flag] === 'boolean' ? 'false' : '0';
    if (row?.held) held.push({ relation, releaseSql: `UPDATE ${quoted} SET ${flag} = ${free};` });
  }
  return held.sort((left, right) => compareText(left.relation, right.relation));
}

const fits = (wanted: Readonly<Record<string, RegExp>>, columns: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([name, type]) => columns[name] !== undefined && type.test(columns[name]));
