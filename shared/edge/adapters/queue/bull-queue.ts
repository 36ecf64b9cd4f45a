import type { RehearsalId } from '../../../domain/ids.ts';
import type { Jobs, Queue, WorkOptions } from '../../ports/queue.ts';
import { inBatches } from '../in-batches.ts';
import { type Backend, kept } from './backend.ts';
import { hastening, usualLateMs } from './hastening.ts';
import { lookProcessor, runProcessor } from './processors.ts';

export const queueNames = { rehearsals: 'rehearsals', runs: 'runs' } as const;

/**
 * A killed worker's job must be elsewhere within ten seconds: at worst the lock has just been renewed (5 s), and the
 * check that finds it expired needs the one before it to have marked it (1.5 s each).
 */
const stalls = { lockDuration: 5_000, lockRenewTime: 1_500, stalledInterval: 1_500, maxStalledCount: 1_000 } as const;

export async function openBullQueue(backend: Backend, onError: (error: Error) => void): Promise<Queue> {
  const rehearsals = backend.queue(queueNames.rehearsals);
  const runs = backend.queue(queueNames.runs);
  rehearsals.on('error', onError);
  runs.on('error', onError);
  await Promise.all([rehearsals.waitUntilReady(), runs.waitUntilReady()]);
  const knows = async (id: RehearsalId) => alive.has(await rehearsals.getJobState(id));
  const isWell = inBatches(async (askers: readonly undefined[]) => {
    await backend.ping();
    return askers;
  });
  const hastenings = [hastening(rehearsals), hastening(runs)];
  return {
    kind: backend.kind,
    knows,
    hasten: async (lateMs = usualLateMs) => {
      await backend.unlock?.(lateMs);
      for (const hasten of hastenings) await hasten(lateMs);
    },
    enqueue: async (id) => {
      await rehearsals.add(
        'look',
        {},
        { ...kept, jobId: id, attempts: 5, backoff: { type: 'exponential', delay: 1_000 } },
      );
    },
    work: (jobs: Jobs, options: WorkOptions) => {
      const looks = backend.worker(queueNames.rehearsals, lookProcessor(jobs, rehearsals.qualifiedName, runs), {
        ...stalls,
        concurrency: 4,
      });
      const performs = backend.worker(queueNames.runs, runProcessor(jobs), {
        ...stalls,
        concurrency: options.runsAtOnce,
      });
      return started([looks, performs], options.onError);
    },
    health: () => isWell(undefined),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([rehearsals.close(), runs.close()]);
      await backend[Symbol.asyncDispose]();
    },
  };
}

const alive: ReadonlySet<string> = new Set([
  'waiting',
  'active',
  'delayed',
  'prioritized',
  'paused',
  'waiting-children',
]);

async function started(
  workers: readonly ReturnType<Backend['worker']>[],
  onError: (error: Error) => void,
): Promise<AsyncDisposable> {
  for (const worker of workers) worker.on('error', onError);
  const close = async () => {
    await Promise.all(workers.map((worker) => worker.close()));
  };
  try {
    await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  } catch (error) {
    await close();
    throw error;
  }
  return { [Symbol.asyncDispose]: close };
}
