import { nextPiece } from '../../shared/plan/scan-sql.ts';

export interface Statement {
  readonly sql: string;
  /** 1-based line of the first token. */
  readonly line: number;
  /** `COPY … FROM stdin`: its rows are none of the statement's text. */
  readonly copiesFromStdin: boolean;
}

/** The statements of a file, each from its first token up to its `;`, as the bundle was read. */
export function splitFile(text: string): readonly Statement[] {
  const statements: Statement[] = [];
  let line = 1;
  let counted = 0;
  for (let piece = nextPiece(text, 0, 'sql'); piece !== null; piece = nextPiece(text, piece.next, 'sql')) {
    line += text.slice(counted, piece.start).split('\n').length - 1;
    counted = piece.start;
    const sql = text.slice(piece.start, piece.end).trim();
    statements.push({ sql, line, copiesFromStdin: piece.copiesFromStdin });
  }
  return statements;
}
