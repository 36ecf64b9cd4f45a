import type { RehearsalId, RunId } from '../../domain/ids.ts';
import type { Room } from '../../domain/placement.ts';

/** A worker that was not heard of for so long is taken for dead. */
export const workerLivesMs = 15_000;

export interface KnownSnapshot {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly dataAsOf: string | null;
  readonly bytes: number;
  readonly major: number;
}

/** What a machine has left for runs. */
export interface Capacity {
  readonly runsAtOnce: number;
  readonly memoryFreeBytes: number;
  readonly diskFreeBytes: number;
  /** As in a Room; absent: an older worker, which does not say. */
  readonly diskReserveBytes?: number;
  readonly copiesInFull?: boolean;
  readonly majors?: readonly number[];
  readonly engineAway?: boolean;
}

export function roomOf({ snapshots, capacity }: Pick<LiveWorker, 'snapshots' | 'capacity'>): Room {
  return { ...capacity, snapshots };
}

export interface SelfCheckOutcome {
  /** False: it was wrong about a bundle that is known to be bad, or good. */
  readonly ok: boolean;
  readonly says: string;
}

export interface StoredSelfCheck extends SelfCheckOutcome {
  readonly worker: string;
  readonly machine: string;
  readonly at: Date;
  readonly tookMs: number;
}

export interface LiveWorker {
  readonly id: string;
  readonly machine: string;
  readonly snapshots: readonly KnownSnapshot[];
  readonly startedAt: Date;
  readonly seenAt: Date;
  /** null: it did not say. */
  readonly capacity: Capacity | null;
  /** The newest; null: it has not ended its first one. */
  readonly selfCheck: { readonly ok: boolean; readonly says: string; readonly at: Date } | null;
}

/** One that was heard of within the last day, alive or not. */
export interface KnownWorker extends LiveWorker {
  /** Runs that it has claimed and that have no result yet. */
  readonly inHand: readonly { readonly rehearsal: RehearsalId; readonly run: RunId }[];
}

export interface WorkerRegister {
  beat(worker: {
    readonly id: string;
    readonly machine: string;
    readonly snapshots: readonly KnownSnapshot[];
    readonly capacity: Capacity;
  }): Promise<void>;
  leave(id: string): Promise<void>;
  checked(check: Omit<StoredSelfCheck, 'at'>): Promise<void>;
  /** Those that were seen within the last `withinMs`. */
  live(withinMs: number): Promise<readonly LiveWorker[]>;
  known(): Promise<readonly KnownWorker[]>;
  /**
   * Waits until this machine is ours: `alone` excludes everybody, `shared` only those who want it alone.
   * Leaving the scope gives it back; so does the end of the process, however it ends.
   */
  occupy(machine: string, how: 'alone' | 'shared', signal: AbortSignal): Promise<AsyncDisposable>;
}
