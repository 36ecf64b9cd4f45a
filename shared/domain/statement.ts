import type { LockObservation } from './lock.ts';
import type { Observed } from './observed.ts';

/**
 * One statement of a migration as the tap saw it. Times are ms from the run's start, our own holds subtracted from
 * durations.
 */
export interface StatementObservation {
  /** From 1 within the phase's attempt, in order of arrival over all its sessions; every message counts, BEGIN too. */
  readonly ordinal: number;
  /** Normalized: constants are removed. */
  readonly sql: string;
  readonly file?: string;
  readonly line?: number;
  readonly session: number;
  readonly backendPid: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** Time spent waiting for locks. */
  readonly waitedMs: number;
  /** Number of the transaction within the attempt; null in autocommit. */
  readonly transaction: number | null;
  /** Transaction status after it: the byte of ReadyForQuery; null: the connection ended first. */
  readonly statusAfter: 'I' | 'T' | 'E' | null;
  /** Number of the committed change it ended (CONTRACT "States" `#n`), from 1 within the phase's attempt. */
  readonly committed?: number;
  readonly rows: number;
  readonly sqlstate?: string;
  /** Every quoted part that is no identifier of catalog or migration is `…`. */
  readonly message?: string;
  readonly locks: readonly LockObservation[];
  /** The server would not run it in a transaction; seen on a traced run only. */
  readonly refusesTransaction?: true;
  /** It waited for views of the rows that were older than itself to be closed; seen on a traced run only. */
  readonly waitsForSnapshots?: true;
  /** Relations whose relfilenode changed. */
  readonly rewrote: readonly string[];
  /** What each of them takes up since, by relation; a relation that was locked at that moment is missing. */
  readonly rewroteBytes?: Readonly<Record<string, number>>;
  /** Indexes and constraints that were built over rows of tables that were there before; absent: none. */
  readonly built?: readonly BuiltObject[];
  readonly walBytes: number;
  /**
   * Errors that a handler inside the server caught while it answered that all is well: parts of the transaction that
   * its WAL says were aborted. Absent: none, or nobody looked.
   */
  readonly caught?: Observed<number>;
  /**
   * Rows that were there and that it updated, deleted or locked against writers, as its WAL tells on a quiet run.
   * Absent: none, or nobody looked.
   */
  readonly touched?: Observed<readonly TouchedRows[]>;
  /** 0: none in force. `server`: from configuration or role; `session`: the tap saw the SET. */
  readonly lockTimeout: { readonly ms: number; readonly from: 'server' | 'session' };
  /** As far as the tap and the server's configuration tell; 0: none in force. Absent: nobody looked. */
  readonly statementTimeoutMs?: number;
}

export interface TouchedRows {
  /** `schema.name`; of a partitioned table the partition. */
  readonly relation: string;
  /** The first page of the table's file that held one of them before. */
  readonly fromPage: number;
}

/** Something whose making reads every row of a table. */
export interface BuiltObject {
  /** A NOT NULL is a constraint, named like its column. */
  readonly kind: 'index' | 'constraint';
  readonly name: string;
  /** The table, `schema.name`. */
  readonly relation: string;
  /** Of the table; absent: it was locked at that moment. */
  readonly relationBytes?: number;
}
