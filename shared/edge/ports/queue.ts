import type { RehearsalId, RunId } from '../../domain/ids.ts';

/** Carries work to workers. It may forget: the store is the truth, and whoever enqueues again does no harm. */
export interface Queue extends AsyncDisposable {
  readonly kind: 'redis' | 'postgres';
  /** Nothing happens where the queue knows the rehearsal. */
  enqueue(id: RehearsalId): Promise<void>;
  knows(id: RehearsalId): Promise<boolean>;
  /**
   * What has been put off for longer than `lateMs`, as the calls of this process saw it, begins: somebody's clock was
   * wrong when it was. Absent: longer than anything is put off.
   */
  hasten(lateMs?: number): Promise<void>;
  /** Starts taking work; leaving the scope waits until the jobs in hand are done. */
  work(jobs: Jobs, options: WorkOptions): Promise<AsyncDisposable>;
  /** Throws RehearsalError `queue-unreachable`. */
  health(): Promise<void>;
}

export interface Jobs {
  /** One look at a rehearsal. May be called twice for the same one, at worst at the same time. */
  look(id: RehearsalId, signal: AbortSignal): Promise<Look>;
  /** May be called twice for the same run, at worst at the same time. A rejection is tried again a few times. */
  run(id: RehearsalId, runId: RunId, signal: AbortSignal): Promise<'done' | 'elsewhere'>;
  /** `look` rejected in its last try; the answer is as `look`'s. */
  giveUp(id: RehearsalId, error: unknown): Promise<Look>;
  /** `run` rejected in its last try. */
  giveUpRun(id: RehearsalId, runId: RunId, error: unknown): Promise<void>;
}

/** `elsewhere`: this worker cannot take it, and it goes back for another one; that is no failure. */
export type Look = LookedAt | 'elsewhere';

export interface LookedAt {
  /** What must end before it is looked at again; none: there is nothing to do for now. */
  readonly runs: readonly RunId[];
  /** Of all runs that wait, those with the lowest turn are taken first. */
  readonly turn: number;
}

export interface WorkOptions {
  /** Runs that this process takes at a time. */
  readonly runsAtOnce: number;
  /** What went wrong outside any job: lost connections, jobs that ended in another process. */
  readonly onError: (error: Error) => void;
}
