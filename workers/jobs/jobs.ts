import type { Logger } from 'pino';
import type { Room } from '../../shared/domain/placement.ts';
import type { Jobs } from '../../shared/edge/ports/queue.ts';
import type { Store } from '../../shared/edge/ports/store.ts';
import type { Cancellations } from './cancellations.ts';
import { failRehearsal, lookAtRehearsal } from './look-at-rehearsal.ts';
import { giveUpStoredRun, performStoredRun } from './perform-stored-run.ts';
import type { Pipeline } from './pipeline.ts';
import type { Preparations } from './preparations.ts';

/** What both kinds of jobs share in one worker process. */
export interface JobParts {
  readonly store: Store;
  readonly pipeline: Pipeline;
  readonly preparations: Preparations;
  readonly cancellations: Cancellations;
  /** This process. */
  readonly worker: string;
  /** What runs that must be alone are alone on. */
  readonly machine: string;
  /** Begins what is next in its turn, here or elsewhere. */
  readonly admit: () => Promise<void>;
  /** What this worker has for runs at this moment. */
  readonly room: () => Promise<Room>;
  /** Whether what clones run in was away at some moment since then (`performance.now()`). */
  readonly engineWasAway: (sinceMs: number) => Promise<boolean>;
  /** Ends everything in hand. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

export function jobsOf(parts: JobParts): Jobs {
  return {
    look: (id) => lookAtRehearsal(parts, id),
    run: (id, runId, signal) => performStoredRun(parts, id, runId, signal),
    giveUp: (id, error) => failRehearsal(parts, id, error),
    giveUpRun: (id, runId, error) => giveUpStoredRun(parts, id, runId, error),
  };
}
