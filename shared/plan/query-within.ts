import { tokenAt } from './sql-tokens.ts';

/**
 * The query that a cursor or a COPY reads from, as a server prepares it; the text as it is where it holds none. Its
 * parameters keep their numbers.
 */
export function queryWithin(sql: string): string {
  // Most texts are neither, and need no closer look.
  if (!mayHoldOne.test(sql)) return sql;
  const [first, ...rest] = tokensOf(sql);
  if (first?.text === 'declare') {
    const cursor = rest.findIndex(({ text }) => text === 'cursor');
    const before = cursor < 0 ? undefined : rest.slice(cursor).find(({ text }) => text === 'for');
    return before === undefined ? sql : sql.slice(before.end).trim();
  }
  if (first?.text !== 'copy' || rest[0]?.text !== '(') return sql;
  let depth = 0;
  for (const { text, start } of rest) {
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (depth === 0) return sql.slice(rest[0].end, start).trim();
  }
  return sql;
}

const mayHoldOne = /\b(?:declare|copy)\b/i;

interface Token {
  /** Lower-cased unless quoted, when it is no key word. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let start = 0; start < sql.length; ) {
    const { kind, end } = tokenAt(sql, start);
    const written = sql.slice(start, end);
    if (kind !== 'space') tokens.push({ text: kind === 'word' ? written.toLowerCase() : written, start, end });
    start = end;
  }
  return tokens;
}
