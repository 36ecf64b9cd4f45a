import type { RehearsalId, RunId } from '../../domain/ids.ts';

export interface KnownSnapshot {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly dataAsOf: string | null;
  readonly bytes: number;
  readonly major: number;
}

export interface LiveWorker {
  readonly id: string;
  readonly machine: string;
  readonly snapshots: readonly KnownSnapshot[];
  readonly seenAt: Date;
}

/** One that was heard of within the last day, alive or not. */
export interface KnownWorker extends LiveWorker {
  readonly startedAt: Date;
  /** Runs that it has claimed and that have no result yet. */
  readonly inHand: readonly { readonly rehearsal: RehearsalId; readonly run: RunId }[];
}

export interface WorkerRegister {
  beat(worker: {
    readonly id: string;
    readonly machine: string;
    readonly snapshots: readonly KnownSnapshot[];
  }): Promise<void>;
  leave(id: string): Promise<void>;
  /** Those that were seen within the last `withinMs`. */
  live(withinMs: number): Promise<readonly LiveWorker[]>;
  known(): Promise<readonly KnownWorker[]>;
  /**
   * Waits until this machine is ours: `alone` excludes everybody, `shared` only those who want it alone.
   * Leaving the scope gives it back; so does the end of the process, however it ends.
   */
  occupy(machine: string, how: 'alone' | 'shared', signal: AbortSignal): Promise<AsyncDisposable>;
}
