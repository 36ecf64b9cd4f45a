import { RehearsalError } from '../../shared/domain/problem.ts';
import type { DumpedTable } from './masking-policy.ts';
import { readDump } from './read-dump.ts';

/** What a first reading of a dump shows, before anything of it is loaded. */
export interface DumpOutline {
  /** Tables whose rows it holds, in its order. */
  readonly tables: readonly DumpedTable[];
  /** Of the server that was dumped; undefined where the dump does not say. */
  readonly major?: number;
  /** `schema.table.column` → type as the dump declares it. */
  readonly types: ReadonlyMap<string, string>;
}

export async function outlineDump(file: string): Promise<DumpOutline> {
  const tables: DumpedTable[] = [];
  const types = new Map<string, string>();
  for await (const item of readDump(file)) {
    if (item.kind === 'copy') tables.push(copyTarget(item.sql, file, item.line));
    else {
      refuseRows(item.sql, file, item.line);
      collectTypes(item.sql, types);
    }
  }
  return { tables, types };
}

/** Statistics of a dump are samples of raw values; they are made anew from the masked ones. */
export const isDumpedStatistics = (sql: string): boolean =>
  /^SELECT\s+\*?\s*(FROM\s+)?pg_catalog\.pg_restore_\w+_stats\b/i.test(sql);

/**
 * What a large object holds, nobody can classify: it exists in the snapshot, for the rows that name it, and is empty.
 */
export const isLargeObjectContent = (sql: string): boolean =>
  /^SELECT\s+pg_catalog\.(lo_open|lowrite|lo_close)\s*\(/i.test(sql);
const makesLargeObject = /^SELECT\s+pg_catalog\.lo_create\s*\(\s*'?\d+'?\s*\)$/i;

const definesSchema =
  /^(SET|RESET|CREATE|ALTER|COMMENT|GRANT|REVOKE|DROP|REFRESH|SECURITY\s+LABEL|ANALYZE|BEGIN|COMMIT)\b/i;
const setsSequenceOrPath = /^SELECT\s+pg_catalog\.(setval|set_config)\s*\(/i;
const createsTableFromRows =
  /^CREATE\s+(?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED)\s+)*TABLE\b(?:[^(]*\bAS\b|.*\)\s*AS\s+(?:SELECT|VALUES|TABLE|WITH|EXECUTE)\b)/is;

/** Rows may come in by COPY only: what else carries values could not be masked. */
function refuseRows(sql: string, file: string, line: number): void {
  if (isDumpedStatistics(sql) || setsSequenceOrPath.test(sql)) return;
  if (isLargeObjectContent(sql) || makesLargeObject.test(sql)) return;
  if (definesSchema.test(sql) && !createsTableFromRows.test(sql)) return;
  const message = `${/^\S+/.exec(sql)?.[0] ?? ''} may carry values of rows, which only COPY blocks may`;
  throw new RehearsalError(
    'policy',
    'unmaskable-statement',
    `${file}:${line}: ${message}`,
    'dump without --inserts and --column-inserts: pg_dump --format=plain DATABASE > dump.sql',
    { problems: [{ file, line, message }] },
  );
}

const identifier = /"(?:[^"]|"")*"|[^\s".,()]+/y;

/** `COPY schema.table (a, "B") FROM stdin` as pg_dump writes it. */
function copyTarget(sql: string, file: string, line: number): DumpedTable {
  const words = /^COPY\s+/iy;
  words.test(sql);
  const head = identifiersAt(sql, words.lastIndex, /\s*\.\s*/y);
  const open = /\s*\(\s*/y;
  open.lastIndex = head.next;
  const columns = open.test(sql) ? identifiersAt(sql, open.lastIndex, /\s*,\s*/y).names : [];
  if (head.names.length === 2) return { table: head.names.join('.'), columns };
  const message = 'a COPY must name schema and table, as pg_dump writes it';
  throw new RehearsalError('bundle', 'not-a-dump', `${file}:${line}: ${message}`, 'make the file with pg_dump', {
    problems: [{ file, line, message }],
  });
}

function identifiersAt(
  sql: string,
  from: number,
  separator: RegExp,
): { readonly names: string[]; readonly next: number } {
  const names: string[] = [];
  let at = from;
  for (;;) {
    identifier.lastIndex = at;
    const word = identifier.exec(sql)?.[0];
    if (word === undefined) return { names, next: at };
    names.push(word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word);
    at = identifier.lastIndex;
    separator.lastIndex = at;
    if (!separator.test(sql)) return { names, next: at };
    at = separator.lastIndex;
  }
}

/** pg_dump writes a column a line: name, type, then NOT NULL, DEFAULT and the like. */
function collectTypes(sql: string, types: Map<string, string>): void {
  const head = /^CREATE\s+(?:UNLOGGED\s+|FOREIGN\s+)*TABLE\s+/iy;
  if (!head.test(sql)) return;
  const { names } = identifiersAt(sql, head.lastIndex, /\./y);
  for (const line of sql.split('\n').slice(1)) {
    const {
      names: [column],
      next,
    } = identifiersAt(line.trim(), 0, /(?!)/y);
    const type =
      /^\s+([a-z][a-z0-9_. ]*?(?:\([\d, ]+\))?(?:\[\])*)(?:\s+(?:NOT NULL|NULL|DEFAULT|COLLATE|GENERATED|CONSTRAINT).*)?,?$/i.exec(
        line.trim().slice(next),
      )?.[1];
    if (column !== undefined && type !== undefined) types.set([...names, column].join('.'), type);
  }
}
