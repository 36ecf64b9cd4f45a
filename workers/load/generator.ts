import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { AppName } from '../../shared/domain/bundle.ts';
import { RehearsalError } from '../../shared/domain/problem.ts';
import type { TrafficPlan } from './traffic-plan.ts';
import type { TrafficNews, TrafficOrder, TrafficRecording } from './traffic-record.ts';

/** The generator's thread as the main thread sees it. */
export interface Generator {
  setVersions(versions: readonly AppName[]): void;
  /** Ends the thread too. */
  stop(drainMs: number): Promise<TrafficRecording>;
}

/** After the drain it only says goodbye to its connections. */
const goodbyeMs = 5_000;

/** Resolves when its connections stand and the first arrival is scheduled. `now` gives ms from the run's start. */
export async function startGenerator(plan: TrafficPlan, now: () => number): Promise<Generator> {
  const runStartsAtMs = Number(process.hrtime.bigint()) / 1e6 - now();
  const worker = new Worker(new URL('./generator-thread.ts', import.meta.url), { workerData: { plan, runStartsAtMs } });
  const [first] = (await once(worker, 'message')) as [TrafficNews];
  if (first.news === 'unreachable') {
    await worker.terminate();
    throw generatorError(`The traffic cannot connect as ${plan.address.user}: ${first.message}`);
  }
  const recording = untilRecorded(worker);
  // Whoever stops it hears of a failure; before that nobody waits for it.
  recording.catch(heardAtStop);
  const order = (what: TrafficOrder): void => worker.postMessage(what);
  const stop = async (drainMs: number): Promise<TrafficRecording> => {
    order({ order: 'stop', drainMs });
    let deadline: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const error = generatorError(`The traffic did not end within ${drainMs + goodbyeMs} ms.`);
      deadline = setTimeout(reject, drainMs + goodbyeMs, error);
    });
    try {
      return await Promise.race([recording, late]);
    } finally {
      clearTimeout(deadline);
      await worker.terminate();
    }
  };
  return { setVersions: (versions) => order({ order: 'versions', versions }), stop };
}

const heardAtStop = (): void => undefined;

function untilRecorded(worker: Worker): Promise<TrafficRecording> {
  return new Promise((resolve, reject) => {
    worker.on('message', (news: TrafficNews) => {
      if (news.news === 'recording') resolve(news.recording);
    });
    worker.once('error', (cause) => reject(generatorError('The traffic generator ended by an error.', cause)));
    worker.once('exit', () => reject(generatorError('The traffic generator ended before it was stopped.')));
  });
}

function generatorError(detail: string, cause?: unknown): RehearsalError {
  const remedy = 'Run the rehearsal again; if it stays, look whether the clone was still running.';
  return new RehearsalError('machine', 'no-traffic', detail, remedy, cause === undefined ? {} : { cause });
}
