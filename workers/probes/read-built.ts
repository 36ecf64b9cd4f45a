import type { BuiltObject } from '../../shared/domain/statement.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { qualified, userSchema } from './catalog/fragments.ts';
import type { StoredRelation } from './read-relfilenodes.ts';

/** An index, a validated constraint or a NOT NULL, by what the server calls it. */
export interface Built {
  readonly kind: BuiltObject['kind'];
  readonly name: string;
  readonly relation: string;
  /** Of an index: its own. */
  readonly oid: number;
  readonly table: number;
  /** Of an index: the file it is in; 0: it has none of its own. */
  readonly filenode: number;
  /** Of a NOT NULL, and of a check that says the same: the column's number. */
  readonly column: number;
}

/** Everything whose making reads all rows of a table; only what is committed shows from another session. */
export async function readBuilt(session: SqlSession): Promise<ReadonlyMap<string, Built>> {
  const rows = await session.query<Built & { key: string }>(builtSql);
  return new Map(rows.map(({ key, ...built }) => [key, built]));
}

const ofTable = `JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND ${userSchema('n')}`;
const number = (expression: string, name: string): string => `(${expression})::int8::float8 AS ${name}`;

const builtSql = `SELECT 'index ' || x.oid AS key, 'index' AS kind, (${qualified('n', 'x.relname')})::text AS name,
    (${qualified('n', 'c.relname')})::text AS relation, ${number('x.oid', 'oid')}, ${number('c.oid', '"table"')},
    ${number('x.relfilenode', 'filenode')}, ${number('0', '"column"')}
  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid ${ofTable}
  UNION ALL SELECT 'constraint ' || k.oid, 'constraint', k.conname, ${qualified('n', 'c.relname')},
    ${number('0', 'oid')}, ${number('c.oid', '"table"')}, 0, CASE WHEN k.contype = 'c' AND cardinality(k.conkey) = 1
      AND pg_get_constraintdef(k.oid) LIKE '%IS NOT NULL%' THEN k.conkey[1] ELSE 0 END
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid ${ofTable} AND k.convalidated AND k.contype IN ('c', 'f')
  UNION ALL SELECT 'not null ' || c.oid || ' ' || a.attnum, 'constraint', a.attname, ${qualified('n', 'c.relname')},
    ${number('0', 'oid')}, ${number('c.oid', '"table"')}, 0, a.attnum
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid ${ofTable} AND a.attnotnull AND a.attnum > 0
    AND NOT a.attisdropped`;

export interface Shapes {
  readonly tables: ReadonlyMap<string, StoredRelation>;
  readonly built: ReadonlyMap<string, Built>;
}

/**
 * What was made since, over the rows of tables that were there already and kept their files: a rewritten table makes
 * its indexes anew, and that is the rewrite's doing. A column that comes with its NOT NULL reads no rows, nor does one
 * whose check has said the same of every row.
 */
export function builtSince(before: Shapes, after: Shapes): readonly Built[] {
  const known = new Map([...before.tables.values()].map((table) => [table.oid, table]));
  const now = new Map([...after.tables.values()].map((table) => [table.oid, table]));
  return [...after.built].flatMap(([key, built]) => {
    const table = known.get(built.table);
    if (table === undefined || now.get(built.table)?.filenode !== table.filenode) return [];
    const earlier = before.built.get(key);
    if (earlier !== undefined) return earlier.filenode === built.filenode ? [] : [built];
    return key.startsWith('not null') && (built.column > table.columns || isChecked(before, built)) ? [] : [built];
  });
}

const isChecked = ({ built }: Shapes, { table, column }: Built): boolean =>
  [...built.values()].some((other) => other.kind === 'constraint' && other.table === table && other.column === column);
