import type { Finding } from '../../domain/finding.ts';
import type { RehearsalId } from '../../domain/ids.ts';
import type { StoredRehearsal } from './store.ts';

/** Where a bundle came from, as its submitter named it. */
export interface Source {
  readonly branch: string;
  readonly commit: string | null;
}

export interface Sources {
  /** What is known already stays as it is. */
  add(id: RehearsalId, source: Source): Promise<void>;
  /** By rehearsal, newest first; rehearsals that nobody named a branch for are not in it. */
  of(ids: readonly RehearsalId[]): Promise<ReadonlyMap<RehearsalId, readonly Source[]>>;
}

/** What was judged before, for comparisons, trends and estimates. */
export interface History {
  /**
   * The newest judged rehearsal of the service and environment before this one, and where a branch is given only among
   * those submitted from it. One that asked the same question is no earlier one.
   */
  before(id: RehearsalId, branch?: string): Promise<StoredRehearsal | null>;
  /** When the data of its snapshot was taken from production, ISO time; null: not applicable, or not planned yet. */
  dataAsOf(ids: readonly RehearsalId[]): Promise<ReadonlyMap<RehearsalId, string | null>>;
  /** As they were judged, without the documents. */
  findings(id: RehearsalId): Promise<readonly Finding[]>;
  /** The newest judged ones of one service and environment, oldest first. */
  trend(service: string, environment: string, limit: number): Promise<readonly TrendPoint[]>;
  /** Median time from start to verdict of the newest judged ones; null: there are none. */
  usualMs(service: string, environment: string): Promise<number | null>;
}

export interface TrendPoint {
  readonly rehearsal: StoredRehearsal;
  readonly blocks: number;
  readonly warns: number;
}
