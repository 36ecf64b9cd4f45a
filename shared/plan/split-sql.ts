import type { SourceStatement } from '../domain/bundle.ts';
import { LineCounter } from './line-counter.ts';
import { nextPiece } from './scan-sql.ts';

export { type ScriptItem, splitScript } from './split-script.ts';

/**
 * The statements of a file in order, by the lexical rules of PostgreSQL's grammar: each from its first token up to its
 * `;`.
 * Text that the grammar refuses is split all the same, so that the server's refusal has a line.
 */
export function splitSql(file: string, text: string): readonly SourceStatement[] {
  const lines = new LineCounter(text);
  const statements: SourceStatement[] = [];
  for (let piece = nextPiece(text, 0, 'sql'); piece !== null; piece = nextPiece(text, piece.next, 'sql')) {
    const sql = text.slice(piece.start, piece.end).trim();
    statements.push({ file, line: lines.at(piece.start), sql });
  }
  return statements;
}
