import type { UnreadQueries } from '../../domain/query-shape.ts';
import type { SnapshotFacts } from '../../domain/snapshot.ts';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** A cleanly stopped, immutable PGDATA and what is needed to use a clone of it. */
export interface SealedSnapshot {
  readonly facts: SnapshotFacts;
  /** Absolute path of the sealed PGDATA; never started, only cloned. */
  readonly pgdata: string;
  readonly database: string;
  /** Superuser for our own sessions only. */
  readonly admin: Login;
  /** Who the bundle's processes are; neither is a superuser. */
  readonly migrate: Login;
  readonly apps: Login;
  /** Server settings captured from production. */
  readonly settings: Readonly<Record<string, string>>;
  /** How production worked when it was read, so far as it said; absent: nobody could tell. */
  readonly workload?: CapturedWorkload;
  /** What production ran, constants removed, most frequent first; of what nobody prepares only the command. */
  readonly queries?: readonly string[];
  /** How many more it ran, less often than those; absent: none, or nobody counted. */
  readonly queriesBeyondLimit?: number;
  /** As in `UnreadQueries`; absent: none, or nobody counted. */
  readonly queriesHidden?: UnreadQueries['hidden'];
  readonly queryEvictions?: number;
}

export interface CapturedWorkload {
  /** Transactions a second in this database. */
  readonly ratePerSecond?: number;
  /** How long transactions of production take, 99th percentile. */
  readonly holdMs?: number;
}

export interface SqlSnapshotRequest {
  /** Directory of the unpacked bundle. */
  readonly bundleDir: string;
  /** Bundle-relative files, in order. */
  readonly files: readonly string[];
  readonly major: number;
  /** Ends the building; nothing of it stays. */
  readonly signal?: AbortSignal;
}

/** Finds and makes snapshots; safe for several processes at once on one data root. */
export interface Snapshots {
  /** Throws RehearsalError `unknown-snapshot` (fault bundle) naming the known ones. */
  find(name: string, version?: string): Promise<SealedSnapshot>;
  /**
   * Built once per content and major, then found again. Throws RehearsalError with file and line of the first refused
   * statement.
   */
  fromSql(request: SqlSnapshotRequest): Promise<SealedSnapshot>;
}
