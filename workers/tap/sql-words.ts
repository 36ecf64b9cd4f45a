export interface Token {
  /** `word`: lower-cased unless quoted; `text`: a string's content; `mark`: any other single character. */
  readonly kind: 'word' | 'text' | 'number' | 'mark';
  readonly value: string;
}

/** One statement of a text, as far as naming it needs: its first tokens. */
export type Words = readonly Token[];

/** Enough for every statement that is recognised by its words; the rest of a long INSERT is read over. */
const tokensMax = 200;

/**
 * Splits a text at its top-level semicolons, as psql does: not in strings, comments, parentheses or BEGIN ATOMIC
 * bodies.
 */
export function statementsOf(sql: string): Words[] {
  const statements: Words[] = [];
  let current: Token[] = [];
  let parentheses = 0;
  let blocks = 0;
  for (const token of tokensOf(sql)) {
    if (token.kind === 'mark') {
      if (token.value === '(') parentheses += 1;
      if (token.value === ')') parentheses = Math.max(0, parentheses - 1);
      if (token.value === ';' && parentheses === 0 && blocks === 0) {
        if (current.length > 0) statements.push(current);
        current = [];
        continue;
      }
    }
    if (token.kind === 'word') blocks = blocksAfter(blocks, current, token.value);
    if (current.length < tokensMax) current.push(token);
  }
  if (current.length > 0) statements.push(current);
  return statements;
}

function blocksAfter(blocks: number, statement: Words, word: string): number {
  if (statement[0]?.value !== 'create') return 0;
  if (blocks === 0) return word === 'atomic' && statement.at(-1)?.value === 'begin' ? 1 : 0;
  if (word === 'case') return blocks + 1;
  return word === 'end' ? blocks - 1 : blocks;
}

function* tokensOf(sql: string): Generator<Token> {
  let at = 0;
  while (at < sql.length) {
    const next = afterBlank(sql, at);
    if (next > at) {
      at = next;
      continue;
    }
    const [token, end] = tokenAt(sql, at);
    yield token;
    at = end;
  }
}

const blank = /\s+/y;
const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const number = /[\d.]+\w*/y;
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;

function tokenAt(sql: string, at: number): [Token, number] {
  const first = sql[at] ?? '';
  if (first === "'") return quoted(sql, at, "'", false, 'text');
  if (first === '"') return quoted(sql, at, '"', false, 'word');
  if ((first === 'e' || first === 'E') && sql[at + 1] === "'") return quoted(sql, at + 1, "'", true, 'text');
  const tag = matchAt(dollarTag, sql, at);
  if (tag !== undefined) {
    const from = at + tag.length;
    const end = indexOrEnd(sql, tag, from);
    return [{ kind: 'text', value: sql.slice(from, end) }, end + tag.length];
  }
  const name = matchAt(word, sql, at);
  if (name !== undefined) return [{ kind: 'word', value: name.toLowerCase() }, at + name.length];
  const digits = /\d/.test(first) ? matchAt(number, sql, at) : undefined;
  if (digits !== undefined) return [{ kind: 'number', value: digits }, at + digits.length];
  return [{ kind: 'mark', value: first }, at + 1];
}

function quoted(sql: string, at: number, quote: string, escapes: boolean, kind: 'text' | 'word'): [Token, number] {
  let value = '';
  let from = at + 1;
  for (let here = from; here < sql.length; here += 1) {
    if (escapes && sql[here] === '\\') {
      value += sql.slice(from, here);
      from = here + 1;
      here += 1;
    } else if (sql[here] === quote) {
      value += sql.slice(from, here);
      if (sql[here + 1] !== quote) return [{ kind, value }, here + 1];
      from = here + 1;
      here += 1;
    }
  }
  return [{ kind, value: value + sql.slice(from) }, sql.length];
}

/** Where white space or a comment that begins at `at` ends; `at` itself where none begins. */
function afterBlank(sql: string, at: number): number {
  if (sql.startsWith('--', at)) return indexOrEnd(sql, '\n', at);
  if (!sql.startsWith('/*', at)) return at + (matchAt(blank, sql, at)?.length ?? 0);
  const edge = /\/\*|\*\//g;
  let depth = 0;
  edge.lastIndex = at;
  for (let found = edge.exec(sql); found !== null; found = edge.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return sql.length;
}

function matchAt(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
}

function indexOrEnd(sql: string, wanted: string, from: number): number {
  const index = sql.indexOf(wanted, from);
  return index === -1 ? sql.length : index;
}
