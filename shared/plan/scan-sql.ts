/** `psql`: a backslash outside of quotes begins a command of psql, as in files that pg_dump writes. */
export type SqlDialect = 'sql' | 'psql';

export interface SqlPiece {
  readonly kind: 'statement' | 'psql-command';
  /** Offset of the first token. */
  readonly start: number;
  /** Offset of the terminator, or of the text's end. */
  readonly end: number;
  /** Where the next piece is to be looked for. */
  readonly next: number;
  /** A `COPY … FROM stdin`, whose rows follow on the next lines of a psql script. */
  readonly copiesFromStdin: boolean;
}

/**
 * The next statement at or after `from`, by the lexical rules of PostgreSQL, or null where only space and comments are left.
 * It works on text that the grammar refuses and looks at every character once. Source: psqlscan.l of PostgreSQL 18.
 */
export function nextPiece(text: string, from: number, dialect: SqlDialect): SqlPiece | null {
  const words = new StatementWords();
  let start = -1;
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const afterSpace = skipSpaceAndComments(text, at);
    if (afterSpace > at) {
      at = afterSpace;
      continue;
    }
    const char = text[at];
    if (char === ';' && depth === 0 && !words.insideAtomicBody) {
      if (start >= 0) {
        return { kind: 'statement', start, end: at, next: at + 1, copiesFromStdin: words.copiesFromStdin };
      }
      at += 1;
      continue;
    }
    if (char === '\\' && dialect === 'psql') return psqlCommand(text, start < 0 ? at : start, at);
    if (start < 0) start = at;
    if (char === '(') depth += 1;
    if (char === ')' && depth > 0) depth -= 1;
    const word = wordAt(text, at);
    if (word !== null && depth === 0) words.see(word.toLowerCase());
    at = skipToken(text, at, word);
  }
  if (start < 0) return null;
  return { kind: 'statement', start, end: text.length, next: text.length, copiesFromStdin: words.copiesFromStdin };
}

/** Whether an unfinished statement precedes it or not, a command ends at its line's end. */
function psqlCommand(text: string, start: number, backslash: number): SqlPiece {
  const lineEnd = text.indexOf('\n', backslash);
  const end = lineEnd < 0 ? text.length : lineEnd;
  return { kind: 'psql-command', start, end, next: end, copiesFromStdin: false };
}

/** What the unquoted words outside of parentheses say about the statement's shape. */
class StatementWords {
  #first: string[] = [];
  #previous = '';
  #bodyDepth = 0;
  copiesFromStdin = false;

  /** In the body of a function in SQL-standard style, where `;` ends no statement. */
  get insideAtomicBody(): boolean {
    return this.#bodyDepth > 0;
  }

  see(word: string): void {
    if (this.#first.length < 4) this.#first.push(word);
    if (this.#first[0] === 'copy' && this.#previous === 'from' && word === 'stdin') this.copiesFromStdin = true;
    if (this.#createsRoutine()) {
      if (word === 'atomic' && this.#previous === 'begin') this.#bodyDepth += 1;
      if (word === 'case' && this.#bodyDepth > 0) this.#bodyDepth += 1;
      if (word === 'end' && this.#bodyDepth > 0) this.#bodyDepth -= 1;
    }
    this.#previous = word;
  }

  #createsRoutine(): boolean {
    const [create, second, third, fourth] = this.#first;
    if (create !== 'create') return false;
    const kind = second === 'or' && third === 'replace' ? fourth : second;
    return kind === 'function' || kind === 'procedure';
  }
}

const space = /[ \t\n\r\f\v\uFEFF]+/y;

/** The first offset at or after `at` that is neither white space nor in a comment. */
export function skipSpaceAndComments(text: string, at: number): number {
  let here = at;
  for (;;) {
    space.lastIndex = here;
    if (space.test(text)) here = space.lastIndex;
    if (text.startsWith('--', here)) here = lineEndAfter(text, here);
    else if (text.startsWith('/*', here)) here = blockCommentEnd(text, here);
    else return here;
  }
}

function lineEndAfter(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

const commentMark = /\/\*|\*\//g;

/** Block comments nest in PostgreSQL. */
function blockCommentEnd(text: string, at: number): number {
  commentMark.lastIndex = at;
  let depth = 0;
  for (let mark = commentMark.exec(text); mark !== null; mark = commentMark.exec(text)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return commentMark.lastIndex;
  }
  return text.length;
}

const identifier = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;

function wordAt(text: string, at: number): string | null {
  identifier.lastIndex = at;
  return identifier.exec(text)?.[0] ?? null;
}

function skipToken(text: string, at: number, word: string | null): number {
  if (word !== null) {
    const after = at + word.length;
    const isEscapeString = (word === 'e' || word === 'E') && text[after] === "'";
    return isEscapeString ? escapeStringEnd(text, after) : after;
  }
  if (text[at] === "'") return closingQuote(text, at, "'");
  if (text[at] === '"') return closingQuote(text, at, '"');
  if (text[at] === '$') return dollarQuoteEnd(text, at);
  return skipNumber(text, at);
}

/** A doubled quote closes and opens again, which ends at the same place. */
function closingQuote(text: string, at: number, quote: string): number {
  const end = text.indexOf(quote, at + 1);
  return end < 0 ? text.length : end + 1;
}

const escapeStringBody = /'(?:[^'\\]|\\[\s\S]|'')*'/y;
const continuedOnNextLine = /[ \t\f\v]*[\r\n][ \t\r\n\f\v]*(?=')/y;

/** `E'…'`; a string that goes on after a line break is still an escape string. */
function escapeStringEnd(text: string, quote: number): number {
  let at = quote;
  for (;;) {
    escapeStringBody.lastIndex = at;
    if (!escapeStringBody.test(text)) return text.length;
    at = escapeStringBody.lastIndex;
    continuedOnNextLine.lastIndex = at;
    if (!continuedOnNextLine.test(text)) return at;
    at = continuedOnNextLine.lastIndex;
  }
}

const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;

function dollarQuoteEnd(text: string, at: number): number {
  dollarTag.lastIndex = at;
  const tag = dollarTag.exec(text)?.[0];
  if (tag === undefined) return at + 1;
  const end = text.indexOf(tag, at + tag.length);
  return end < 0 ? text.length : end + tag.length;
}

const digits = /[0-9]+(?:\.[0-9]+)?/y;

function skipNumber(text: string, at: number): number {
  digits.lastIndex = at;
  return digits.test(text) ? digits.lastIndex : at + 1;
}
