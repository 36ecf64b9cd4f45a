import type { WorkerObservation } from '../../shared/domain/observation.ts';
import type { LiveRun } from '../live-run.ts';
import { lastLines } from '../migration/last-lines.ts';
import { sqlErrorsOf } from './sql-errors.ts';
import type { Background, RunningWorker } from './start-workers.ts';

/** So long a background process may take to say its next word; many look for work once in a while only. */
const wordWithinMs = 2_000;
/** A process that cannot live with what the server told it has ended by then. */
const lastWordMs = 250;
const pollMs = 20;

/** Ordinal of the last statement of each, when the cell began. */
export type Since = ReadonlyMap<RunningWorker, number>;

export const wordsSoFar = ({ workers }: Background): Since =>
  new Map(workers.map((worker) => [worker, lastOrdinal(worker)]));

/** Waits until each has asked the server something more or has ended, and tells what became of it. */
export async function observeWorkers(
  run: LiveRun,
  background: Background,
  since: Since = new Map(),
): Promise<readonly WorkerObservation[]> {
  const isSettled = (worker: RunningWorker): boolean =>
    worker.endedWith() !== undefined || lastOrdinal(worker) > (since.get(worker) ?? 0);
  const deadline = run.now() + wordWithinMs;
  while (run.now() < deadline && !background.workers.every(isSettled)) await run.clock.wait(pollMs, run.signal);
  const end = run.now() + lastWordMs;
  const isAlive = ({ endedWith }: RunningWorker): boolean => endedWith() === undefined;
  while (run.now() < end && background.workers.some(isAlive)) await run.clock.wait(pollMs, run.signal);
  return background.workers.map((worker) => {
    const { stdout, stderr } = worker.process.output();
    const statements = worker.tap.statements().filter(({ ordinal }) => ordinal > (since.get(worker) ?? 0));
    const endedByItself = worker.endedWith();
    return {
      name: worker.name,
      statements: statements.length,
      sqlErrors: sqlErrorsOf(run, statements),
      ...(endedByItself === undefined ? {} : { endedByItself }),
      logTail: lastLines(`${stdout}\n${stderr}`).map((line) => run.redact.output(line)),
    };
  });
}

const lastOrdinal = ({ tap }: RunningWorker): number => tap.statements().at(-1)?.ordinal ?? 0;
