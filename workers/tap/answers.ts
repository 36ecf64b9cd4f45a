import type { ArrivedStatement } from '../../shared/edge/ports/tap.ts';
import type { ServerFailure, SqlText } from './messages.ts';

/** A statement that was announced and whose answer is not complete. */
export interface OpenStatement {
  readonly arrived: ArrivedStatement;
  /** The most rows an Execute asked for; 0: all. */
  readonly rowsMax: number;
  sentAtMs: number;
  finishedAtMs: number | null;
  /** One for each statement of the text that completed. */
  tags: string[];
  rows: number;
  failure: ServerFailure | null;
}

/** A message sent to the server, as far as its answer matters. */
export type Asked =
  | { readonly kind: 'query' | 'call' | 'execute'; readonly statement: OpenStatement }
  | { readonly kind: 'parse' | 'bind' | 'describe'; readonly text: SqlText }
  /** `ours`: the client did not send it and must not see its answer. */
  | { readonly kind: 'close'; readonly ours: boolean }
  /** `malformed`: an error is its only answer. */
  | { readonly kind: 'sync' | 'flush' | 'copy-end' | 'malformed' };

/**
 * Which answer belongs to which message. Source: PostgreSQL manual, "Message Flow"; what the server does with messages
 * during COPY and after an error is in src/backend/tcop/postgres.c and commands/copyfromparse.c.
 */
export class Answers {
  #asked: Asked[] = [];
  #done: OpenStatement[] = [];
  #flushReached = false;
  /** After an error in the extended protocol the server reads over everything up to Sync. */
  skipping = false;
  /** The server takes copied data: Sync and Flush do nothing until the client ends the copy. */
  copying = false;

  ask(asked: Asked): void {
    if (asked.kind === 'copy-end' && this.copying) {
      this.copying = false;
      return;
    }
    if (this.copying) return;
    if (asked.kind === 'sync') this.skipping = false;
    if (this.skipping) return;
    if (asked.kind === 'flush' && this.#head() === undefined) this.#flushReached = true;
    else this.#asked.push(asked);
  }

  /** A ReadyForQuery is to come without the client sending more. */
  get readyDue(): boolean {
    return this.#asked.some(({ kind }) => kind === 'sync' || kind === 'query' || kind === 'call');
  }

  /** ParseComplete, BindComplete, CloseComplete, RowDescription or NoData came; gives the message it answers. */
  passed(kind: Asked['kind']): Asked | undefined {
    return this.#head()?.kind === kind ? this.#asked.shift() : undefined;
  }

  /** One statement of the current message completed. */
  completed(tag: string, rows: number, atMs: number): void {
    const head = this.#head();
    if (head === undefined || !('statement' in head)) return;
    head.statement.tags.push(tag);
    head.statement.rows += rows;
    this.copying = false;
    if (head.kind === 'execute') this.#finishHead(head.statement, atMs);
  }

  /** An Execute stopped at the number of rows it had asked for. */
  suspended(atMs: number): void {
    const head = this.#head();
    if (head?.kind !== 'execute') return;
    head.statement.rows += head.statement.rowsMax;
    this.#finishHead(head.statement, atMs);
  }

  /**
   * The current message failed. Gives the text that failed where no announced statement did: a Parse without an
   * Execute. Executes behind the failed one never ran and are forgotten.
   */
  failed(failure: ServerFailure, atMs: number): SqlText | undefined {
    const head = this.#head();
    this.copying = false;
    if (head === undefined) return undefined;
    if (head.kind === 'query' || head.kind === 'call') {
      head.statement.failure = failure;
      return undefined;
    }
    if (head.kind === 'sync') {
      // What Sync does is end the implicit transaction: a deferred constraint fails here.
      const last = this.#done.at(-1);
      if (last !== undefined) last.failure = failure;
      return undefined;
    }
    const failing = this.#skipToSync();
    if (failing !== undefined) {
      failing.failure = failure;
      failing.finishedAtMs = atMs;
      this.#done.push(failing);
      return undefined;
    }
    return 'text' in head ? head.text : undefined;
  }

  /** A failure that belonged to no announced statement became one. */
  add(statement: OpenStatement): void {
    this.#done.push(statement);
  }

  /**
   * The server asks for copied data. What the client had sent before it knew is read over, as the server reads over
   * it.
   */
  copyIn(): void {
    const head = this.#head();
    const end = this.#asked.findIndex(({ kind }, at) => at > 0 && kind === 'copy-end');
    this.copying = end === -1;
    if (head !== undefined) this.#asked = [head, ...(end === -1 ? [] : this.#asked.slice(end + 1))];
  }

  /** ReadyForQuery came: gives the statements that it concludes, in order. */
  ready(atMs: number): OpenStatement[] {
    const at = this.#asked.findIndex(({ kind }) => kind === 'sync' || kind === 'query' || kind === 'call');
    const head = this.#asked[at];
    if (head !== undefined && 'statement' in head) {
      head.statement.finishedAtMs = atMs;
      this.#done.push(head.statement);
    }
    this.#asked.splice(0, at + 1);
    this.copying = false;
    return this.takeDone();
  }

  /** The client asked to hear of what completed without waiting for a Sync. */
  get flushed(): boolean {
    this.#head();
    return this.#flushReached;
  }

  takeDone(): OpenStatement[] {
    this.#flushReached = false;
    return this.#done.splice(0);
  }

  /** The connection ended: everything that was sent and is not concluded. */
  abandoned(): OpenStatement[] {
    const unanswered = this.#asked.splice(0).flatMap((asked) => ('statement' in asked ? [asked.statement] : []));
    return [...this.takeDone(), ...unanswered];
  }

  /**
   * The message that the next answer belongs to. Flush has none of its own, nor has a CopyDone or CopyFail that no copy
   * waited for: the server has read over both.
   */
  #head(): Asked | undefined {
    while (this.#asked[0]?.kind === 'flush' || this.#asked[0]?.kind === 'copy-end') {
      if (this.#asked.shift()?.kind === 'flush') this.#flushReached = true;
    }
    return this.#asked[0];
  }

  #finishHead(statement: OpenStatement, atMs: number): void {
    statement.finishedAtMs = atMs;
    this.#done.push(statement);
    this.#asked.shift();
  }

  /** Drops what the server reads over; gives the first statement among it, the one the error belongs to. */
  #skipToSync(): OpenStatement | undefined {
    const sync = this.#asked.findIndex(({ kind }) => kind === 'sync');
    const dropped = this.#asked.splice(0, sync === -1 ? this.#asked.length : sync);
    this.skipping = sync === -1;
    return dropped.flatMap((asked) => ('statement' in asked ? [asked.statement] : []))[0];
  }
}
