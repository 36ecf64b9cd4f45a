import { type Job, type Processor, WaitingChildrenError } from 'bullmq';
import { parseRehearsalId, parseRunId } from '../../../domain/ids.ts';
import type { Jobs } from '../../ports/queue.ts';
import { type BullQueue, kept } from './backend.ts';

/**
 * The parent of a flow that grows: each look adds the runs that are missing as children and waits for them; the last
 * look finds none and is done. A job may move to waiting-children as often as it has new children.
 */
export function lookProcessor(jobs: Jobs, parentQueue: string, runs: BullQueue): Processor {
  return async (job: Job, token?: string, signal?: AbortSignal) => {
    if (job.id === undefined || token === undefined) throw new Error('a job without an id or a lock');
    const rehearsalId = parseRehearsalId(job.id);
    for (;;) {
      const missing = await lastTry(
        job,
        () => jobs.look(rehearsalId, signal ?? never()),
        (error) => jobs.giveUp(rehearsalId, error),
      );
      if (missing.length === 0) return;
      for (const runId of missing) {
        await runs.add(
          'run',
          { rehearsalId, runId },
          {
            ...kept,
            jobId: `${rehearsalId}.${runId}`,
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
  return async (job: Job, _token?: string, signal?: AbortSignal) => {
    const { rehearsalId, runId } = job.data as { rehearsalId: string; runId: string };
    const [id, run] = [parseRehearsalId(rehearsalId), parseRunId(runId)];
    await lastTry(
      job,
      () => jobs.run(id, run, signal ?? never()),
      (error) => jobs.giveUpRun(id, run, error),
    );
  };
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
