import { type ProblemPlace, RehearsalError } from '../domain/problem.ts';
import { LineCounter } from './line-counter.ts';
import { nextPiece } from './scan-sql.ts';

export type ScriptItem =
  | { readonly kind: 'sql'; readonly sql: string; readonly line: number }
  /** `data` is the text between the COPY and its `\.`, each row with its line break. */
  | { readonly kind: 'copy'; readonly sql: string; readonly line: number; readonly data: string };

/**
 * The items of a psql script such as plain `pg_dump` output, in order and one at a time.
 * `\restrict`, `\unrestrict` and `\connect` to `database` are ignored (CONTRACT 1.4).
 * Throws RehearsalError `psql-command` with file and line for every other command of psql.
 */
export function* splitScript(file: string, text: string, database = 'app'): Generator<ScriptItem, void, undefined> {
  const lines = new LineCounter(text);
  let at = 0;
  for (let piece = nextPiece(text, at, 'psql'); piece !== null; piece = nextPiece(text, at, 'psql')) {
    const line = lines.at(piece.start);
    const sql = text.slice(piece.start, piece.end).trim();
    at = piece.next;
    if (piece.kind === 'psql-command') {
      if (!isIgnored(sql, database)) throw refusal({ file, line, message: refusalMessage(sql) });
    } else if (piece.copiesFromStdin) {
      const rows = rowsAfter(text, at);
      if (rows === null) {
        throw refusal({ file, line, message: 'The rows of this COPY must begin on the line after it.' });
      }
      at = rows.next;
      yield { kind: 'copy', sql, line, data: rows.data };
    } else {
      yield { kind: 'sql', sql, line };
    }
  }
}

function isIgnored(command: string, database: string): boolean {
  const [name, ...words] = command.split(/\s+/);
  if (name === '\\restrict' || name === '\\unrestrict') return true;
  if (name !== '\\connect' && name !== '\\c') return false;
  const target = words.filter((word) => !word.startsWith('-reuse-previous'))[0];
  return target === undefined || target === '-' || databaseNamed(target) === database;
}

/** pg_dump writes a name that needs quoting as `"dbname='name'"`. */
function databaseNamed(word: string): string {
  const bare = word.replace(/^(["'])(.*)\1$/, '$2');
  const connection = /^dbname='(.*)'$/.exec(bare)?.[1];
  return connection === undefined ? bare.replaceAll('""', '"') : connection.replace(/\\(.)/g, '$1');
}

function refusalMessage(command: string): string {
  const name = /\\[^\s]*/.exec(command)?.[0] ?? '\\';
  return name === '\\connect' || name === '\\c'
    ? `\`${name}\` to another database: a snapshot is one database.`
    : `\`${name}\` is a command of psql, not SQL; only psql itself can run it.`;
}

function refusal(place: ProblemPlace): RehearsalError {
  return new RehearsalError(
    'bundle',
    'psql-command',
    `${place.file}:${place.line}: ${place.message}`,
    'Remove the line, or write the file with pg_dump in plain format.',
    { problems: [place] },
  );
}

/** The rows from the next line on, up to a line `\.` or the text's end; null where the COPY's own line goes on. */
function rowsAfter(text: string, at: number): { readonly data: string; readonly next: number } | null {
  const lineBreak = text.indexOf('\n', at);
  const restOfLine = lineBreak < 0 ? text.slice(at) : text.slice(at, lineBreak);
  if (restOfLine.trim() !== '') return null;
  if (lineBreak < 0) return { data: '', next: text.length };
  const begin = lineBreak + 1;
  for (let end = text.indexOf('\n\\.', begin - 1); end >= 0; end = text.indexOf('\n\\.', end + 1)) {
    const after = end + 3;
    const endsLine = after === text.length || text[after] === '\n' || text.startsWith('\r\n', after);
    if (endsLine) return { data: text.slice(begin, end + 1), next: after };
  }
  return { data: text.slice(begin), next: text.length };
}
