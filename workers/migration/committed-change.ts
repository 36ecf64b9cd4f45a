import type { TappedStatement } from '../../shared/edge/ports/tap.ts';
import type { BackendLook } from '../probes/look-at-backend.ts';

export interface CommitClues {
  /** The open transaction has been given an id: it has written. */
  readonly wrote: boolean;
  /** The first transaction id that nobody had when the open transaction began. */
  readonly nextXid: bigint | undefined;
  /** The look before the statement; undefined: nobody looked. */
  readonly earlier: BackendLook | undefined;
  readonly after: BackendLook;
  /** Nobody but the migration writes: then the server's next id tells of its writes. */
  readonly isQuiet: boolean;
}

/**
 * Whether this statement committed a change: its transaction, or the statement itself in autocommit, was given an id.
 */
export function committedChange(statement: TappedStatement, clues: CommitClues): boolean {
  const { statusAfter, sqlstate, commandTag } = statement;
  if (sqlstate !== undefined || statusAfter === null) return false;
  if (statement.traced) return clues.wrote;
  if (statement.transaction !== null) {
    // `COMMIT AND CHAIN` ends one transaction and begins the next; a COMMIT of a failed one is answered with ROLLBACK.
    const ended = statusAfter === 'I' ? commandTag !== 'ROLLBACK' : commandTag === 'COMMIT';
    return ended && (clues.wrote || (clues.isQuiet && grew(clues.nextXid, clues.after)));
  }
  if (statusAfter !== 'I' || !grew(clues.earlier?.nextXid, clues.after)) return false;
  return clues.isQuiet || !readingTags.has(commandTag.replace(/ \d.*$/, ''));
}

const grew = (nextXid: bigint | undefined, after: BackendLook): boolean =>
  nextXid !== undefined && after.nextXid > nextXid;

/** While others write, the next id says nothing about a statement that mostly only reads or sets. */
const readingTags: ReadonlySet<string> = new Set(['SELECT', 'SHOW', 'SET', 'RESET', 'FETCH', 'EXPLAIN', 'DISCARD', '']);
