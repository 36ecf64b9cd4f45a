import type { TemplatePart } from './traffic-plan.ts';

/** A statement of the manifest cut at its macros; the values of `$pick` are read later. */
export interface CompiledStatement {
  readonly parts: readonly TemplatePart[];
  /** `table.column` or `schema.table.column` of each `$pick`. */
  readonly picks: readonly string[];
}

const macro = /\$random\(\s*(-?\d+)\s*,\s*(-?\d+)\s*\)|\$seq\b|\$pick\(\s*([^()\s]+)\s*\)/g;

/** Cuts at `$random(a,b)`, `$seq` and `$pick(table.column)`; values of picks come from `valuesOf`. */
export function compileDeclared(sql: string, valuesOf: (column: string) => readonly string[]): CompiledStatement {
  const parts: TemplatePart[] = [];
  const picks: string[] = [];
  let from = 0;
  for (const found of sql.matchAll(macro)) {
    if (found.index > from) parts.push({ part: 'text', text: sql.slice(from, found.index) });
    from = found.index + found[0].length;
    const [, low, high, column] = found;
    if (low !== undefined && high !== undefined) {
      const ends = [Number(low), Number(high)];
      parts.push({ part: 'random', from: Math.min(...ends), to: Math.max(...ends) });
    } else if (column !== undefined) {
      picks.push(column);
      const inString = isInString(sql, found.index);
      parts.push({ part: 'pick', column, inString, values: valuesOf(column) });
    } else {
      parts.push({ part: 'seq' });
    }
  }
  if (from < sql.length) parts.push({ part: 'text', text: sql.slice(from) });
  return { parts, picks };
}

/** An odd number of quotes before it: a doubled quote inside a string counts twice and changes nothing. */
function isInString(sql: string, index: number): boolean {
  return (sql.slice(0, index).split("'").length - 1) % 2 === 1;
}

/** The statements of one text, cut at semicolons outside of quotes, comments and dollar quotes. */
export function splitAtSemicolons(sql: string): readonly string[] {
  const quoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|(\$[A-Za-z_]*\$)[\s\S]*?\1|;/g;
  const statements: string[] = [];
  let from = 0;
  for (const found of sql.matchAll(quoted)) {
    if (found[0] !== ';') continue;
    statements.push(sql.slice(from, found.index));
    from = found.index + 1;
  }
  statements.push(sql.slice(from));
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== '');
}
