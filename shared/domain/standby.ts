import type { AppName } from './bundle.ts';
import type { ProbeObservation, SqlErrorObservation } from './observation.ts';
import type { Observed } from './observed.ts';
import type { SteppedMaxima } from './series.ts';

/** What a server that follows by streaming did while the phases ran on the one that it follows. */
export interface StandbyObservation {
  /** `pg_is_in_recovery()` of the standby, and its `state` in `pg_stat_replication` of the server that it follows. */
  readonly followed: { readonly inRecovery: boolean; readonly state: string };
  /** Written on the one server and not yet replayed on the other. */
  readonly lagBytesMax: number;
  /** Age of the oldest of it. */
  readonly lagMsMax: number;
  /** Both over the run's time; absent in evidence that was stored before there was one. */
  readonly lag?: StandbyLag;
  /** Time in which replay waited for somebody who reads on the standby. */
  readonly replayBlockedMs: number;
  /** Reads of ours that the server ended because replay could not go on (SQLSTATE 40001), the long one included. */
  readonly cancelledQueries: number;
  readonly reads: StandbyReads;
  /** What arrived meanwhile on the server that is followed: its rows come to the standby with the migration's. */
  readonly traffic?: { readonly transactions: number; readonly failed: number };
  readonly longRead?: LongReadObservation;
  /** Whether it replayed all that was written; the reason where it did not. */
  readonly end: { readonly replayed: true } | { readonly replayed: false; readonly why: string };
  readonly sameSchema: Observed<boolean>;
  /** Tables that an application may read on the server that is followed, and not on the standby. */
  readonly unreadable: readonly { readonly relation: string; readonly sqlstate: string }[];
  readonly apps: readonly StandbyApp[];
}

export interface StandbyLag {
  readonly bytes: SteppedMaxima;
  readonly ms: SteppedMaxima;
}

/** Short reads of the tables that the migration works on, arriving on a schedule. */
export interface StandbyReads {
  readonly planned: number;
  readonly done: number;
  readonly failedBySqlstate: Readonly<Record<string, number>>;
  /**
   * The longest wait behind a replayed lock of the migration; what the reads waited while replay itself waited, and
   * what we held up, is left out.
   */
  readonly waitedMsMax: number;
  /** The table that it waited for; absent: none waited. */
  readonly waitedOn?: string;
}

export interface LongReadObservation {
  readonly relation: string;
  readonly heldMs: number;
  readonly cancelled: boolean;
}

/**
 * A version that was told where to read (`READ_DATABASE_URL`). What it met while replay waited is left out: it was a
 * read of ours that held that up.
 */
export interface StandbyApp {
  readonly app: AppName;
  /** What it asked the standby; 0: it does not read there. */
  readonly statements: number;
  /** Probes that only read, before the first phase, while the phases ran (the worst answer of each), and at the end. */
  readonly before: readonly ProbeObservation[];
  readonly during: readonly ProbeObservation[];
  readonly after: readonly ProbeObservation[];
  /** What the standby refused since the first phase, or never answered. */
  readonly sqlErrors: readonly SqlErrorObservation[];
  /** Its longest statement there since the first phase. */
  readonly slowestMs: number;
}
