import { DelayedError, type Job, type Processor, WaitingChildrenError } from 'bullmq';
import { parseRehearsalId, parseRunId } from '../../../domain/ids.ts';
import type { Jobs } from '../../ports/queue.ts';
import { type BullQueue, kept } from './backend.ts';

/** What one worker cannot take is not offered again for so long; it keeps its place by its priority. */
const elsewhereMs = 1_000;
/** BullMQ knows priorities up to 2^21, the lowest first; turns go round, and one that goes first for that is only early. */
const turnsMax = 2 ** 21 - 1;

/**
 * The parent of a flow that grows: each look adds the runs that are missing as children and waits for them; the last
 * look finds none and is done. A job may move to waiting-children as often as it has new children.
 */
export function lookProcessor(jobs: Jobs, parentQueue: string, runs: BullQueue): Processor {
  return async (job: Job, token?: string, signal?: AbortSignal) => {
    if (job.id === undefined || token === undefined) throw new Error('a job without an id or a lock');
    const rehearsalId = parseRehearsalId(job.id);
    for (;;) {
      const looked = await lastTry(
        job,
        () => jobs.look(rehearsalId, signal ?? never()),
        (error) => jobs.giveUp(rehearsalId, error),
      );
      if (looked === 'elsewhere') return handBack(job, token);
      const { runs: missing, turn } = looked;
      if (missing.length === 0) return;
      for (const runId of missing) {
        await runs.add(
          'run',
          { rehearsalId, runId },
          {
            ...kept,
            jobId: `${rehearsalId}.${runId}`,
            priority: 1 + (turn % turnsMax),
            attempts: 3,
            backoff: { type: 'exponential', delay: 1_000 },
            parent: { id: job.id, queue: parentQueue },
            // A child that failed for good must not keep its parent waiting: the next look decides what that means.
            ignoreDependencyOnFailure: true,
          },
        );
      }
      if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
      // All of them ended before we could wait for them.
    }
  };
}

export function runProcessor(jobs: Jobs): Processor {
  return async (job: Job, token?: string, signal?: AbortSignal) => {
    const { rehearsalId, runId } = job.data as { rehearsalId: string; runId: string };
    const [id, run] = [parseRehearsalId(rehearsalId), parseRunId(runId)];
    const taken = await lastTry(
      job,
      () => jobs.run(id, run, signal ?? never()),
      async (error) => {
        await jobs.giveUpRun(id, run, error);
        return 'done' as const;
      },
    );
    if (taken === 'elsewhere') await handBack(job, token);
  };
}

/** Ends by a rejection that BullMQ knows: the job was moved and not tried. */
async function handBack(job: Job, token: string | undefined): Promise<never> {
  await job.moveToDelayed(Date.now() + elsewhereMs, token);
  throw new DelayedError();
}

/** What fails once more after its last try is told to those who know what that means; the job itself is then done. */
async function lastTry<T>(job: Job, work: () => Promise<T>, giveUp: (error: unknown) => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (job.attemptsMade + 1 < (job.opts.attempts ?? 1)) throw error;
    return giveUp(error);
  }
}

const never = (): AbortSignal => new AbortController().signal;
