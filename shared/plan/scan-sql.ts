import { tokenAt } from './sql-tokens.ts';

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
 * The next statement at or after `from`, or null where only space and comments are left. It works on text that the
 * grammar
 * refuses too, and looks at every character once.
 */
export function nextPiece(text: string, from: number, dialect: SqlDialect): SqlPiece | null {
  const words = new StatementWords();
  let start = -1;
  let depth = 0;
  for (let at = from; at < text.length; ) {
    const token = tokenAt(text, at);
    const char = token.kind === 'symbol' ? text[at] : '';
    if (char === ';' && depth === 0 && !words.insideAtomicBody && start >= 0) {
      return { kind: 'statement', start, end: at, next: at + 1, copiesFromStdin: words.copiesFromStdin };
    }
    if (char === '\\' && dialect === 'psql') return psqlCommand(text, start < 0 ? at : start, at);
    if (start < 0 && token.kind !== 'space' && char !== ';') start = at;
    if (char === '(') depth += 1;
    if (char === ')' && depth > 0) depth -= 1;
    if (token.kind === 'word' && depth === 0) words.see(text.slice(at, token.end).toLowerCase());
    at = token.end;
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
  readonly #first: string[] = [];
  #previous = '';
  #bodyDepth = 0;
  #copiesFromStdin = false;

  /** In the body of a routine in SQL-standard style, where `;` ends no statement. */
  get insideAtomicBody(): boolean {
    return this.#bodyDepth > 0;
  }

  get copiesFromStdin(): boolean {
    return this.#copiesFromStdin;
  }

  see(word: string): void {
    if (this.#first.length < 4) this.#first.push(word);
    if (this.#first[0] === 'copy' && this.#previous === 'from' && word === 'stdin') this.#copiesFromStdin = true;
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

/** Editors put it at the beginning of a file, psql leaves it out, and the server takes it for a letter. */
export const withoutByteOrderMark = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text);
