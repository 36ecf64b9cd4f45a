import type { Logger } from 'pino';
import { every } from '../../shared/edge/adapters/every.ts';
import { enqueueForgotten } from '../../shared/edge/adapters/queue/enqueue-forgotten.ts';
import type { Queue } from '../../shared/edge/ports/queue.ts';
import type { Store } from '../../shared/edge/ports/store.ts';
import { type Capacity, roomOf, type SelfCheckOutcome } from '../../shared/edge/ports/worker-register.ts';
import { watchCancellations } from './cancellations.ts';
import { jobsOf } from './jobs.ts';
import { keepChecking } from './keep-checking.ts';
import type { Pipeline } from './pipeline.ts';
import { keepPreparations } from './preparations.ts';

export interface WorkParts {
  readonly store: Store;
  readonly queue: Queue;
  readonly pipeline: Pipeline;
  readonly worker: string;
  readonly machine: string;
  readonly dataRoot: string;
  readonly runsAtOnce: number;
  /** Rehearsals of one service that are under way at once, on all workers. */
  readonly perService: number;
  /** Runs in hand get so long to end when the worker is asked to stop; then they go back to the queue. */
  readonly drainMs: number;
  /** Rehearses what is known to be bad and to be good. Rejects where it could not look. */
  readonly selfCheck: (signal: AbortSignal) => Promise<SelfCheckOutcome>;
  readonly selfCheckEveryMs: number;
  /** What the machine has at this moment. */
  readonly capacity: () => Promise<Capacity>;
  readonly log: Logger;
}

const heartbeatMs = 3_000;
/** One that has the machine, and one that fills the gaps which the first one leaves. */
const perMachine = 2;
const admissionMs = 1_000;
const cancellationMs = 1_000;
const forgottenMs = 5_000;

/** One worker at work; leaving its scope drains it. */
export async function startWork(parts: WorkParts): Promise<AsyncDisposable> {
  const { store, queue, pipeline, worker, machine, log } = parts;
  const onError = (error: unknown) => log.error({ err: error }, 'the worker met an error outside any job');
  await using stack = new AsyncDisposableStack();
  const stop = new AbortController();
  const preparations = stack.use(keepPreparations({ store, pipeline, dataRoot: parts.dataRoot }));
  const cancellations = watchCancellations(store);
  let engineAwayMs = Number.NEGATIVE_INFINITY;
  const inventory = async () => {
    const [snapshots, capacity] = await Promise.all([pipeline.snapshots(), parts.capacity()]);
    if (capacity.engineAway === true) engineAwayMs = performance.now();
    return { snapshots, capacity };
  };
  const beat = async () => store.workers.beat({ id: worker, machine, ...(await inventory()) });
  const room = async () => roomOf(await inventory());
  const admit = async () => {
    const admitted = await store.admission.admit({ perService: parts.perService, perMachine });
    for (const id of admitted) await queue.enqueue(id);
  };
  await beat();
  stack.defer(() => store.workers.leave(worker));
  stack.use(every(heartbeatMs, beat, onError));
  stack.use(every(cancellationMs, () => cancellations.look(), onError));
  stack.use(every(admissionMs, admit, onError));
  stack.use(every(forgottenMs, () => enqueueForgotten(store, queue), onError));
  stack.use(every(forgottenMs, () => preparations.dropFinished(), onError));
  // Asked once more, because it may have gone since the last heartbeat.
  const engineWasAway = async (sinceMs: number) => {
    await inventory();
    return engineAwayMs >= sinceMs;
  };
  const kept = { store, pipeline, preparations, cancellations, admit, room, engineWasAway };
  const jobs = jobsOf({ ...kept, worker, machine, signal: stop.signal, log });
  // Last in, first out: while the jobs in hand end, the worker still beats and still hears of cancellations.
  stack.use(await queue.work(jobs, { runsAtOnce: parts.runsAtOnce, onError }));
  stack.use(keepChecking({ ...parts, engineWasAway }));
  const owned = stack.move();
  return {
    [Symbol.asyncDispose]: async () => {
      const late = setTimeout(() => stop.abort(new Error('the worker stops')), parts.drainMs);
      await owned[Symbol.asyncDispose]();
      clearTimeout(late);
    },
  };
}
