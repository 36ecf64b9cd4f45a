import type { WorkerObservation } from '../../shared/domain/observation.ts';
import type { LiveRun } from '../live-run.ts';
import { lastLines } from '../migration/last-lines.ts';
import { sqlErrorsOf } from './sql-errors.ts';
import type { Background, RunningWorker } from './start-workers.ts';

/** So long a background process may take to say its next word; many look for work once in a while only. */
const wordWithinMs = 2_000;
/** Whoever has said nothing for so long has said it all, and has ended where it cannot live with what it was told. */
const lastWordMs = 250;
/** Some always have something to say. */
const talkMsMax = 2_000;
const pollMs = 20;

/** Ordinal of the last statement of each, when the cell began. */
export type Since = ReadonlyMap<RunningWorker, number>;

export const wordsSoFar = ({ workers }: Background): Since =>
  new Map(workers.map((worker) => [worker, lastOrdinal(worker)]));

/** Waits until each has asked the server something more and is quiet again, or has ended; tells what became of it. */
export async function observeWorkers(
  run: LiveRun,
  background: Background,
  since: Since = new Map(),
): Promise<readonly WorkerObservation[]> {
  const isSettled = (worker: RunningWorker): boolean =>
    worker.endedWith() !== undefined || lastOrdinal(worker) > (since.get(worker) ?? 0);
  const deadline = run.now() + wordWithinMs;
  while (run.now() < deadline && !background.workers.every(isSettled)) await run.clock.wait(pollMs, run.signal);
  await untilQuiet(run, background);
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

async function untilQuiet(run: LiveRun, { workers }: Background): Promise<void> {
  const said = (): number => workers.reduce((sum, worker) => sum + lastOrdinal(worker), 0);
  const endMs = run.now() + talkMsMax;
  let before = said();
  let quietSinceMs = run.now();
  while (run.now() < endMs && run.now() < quietSinceMs + lastWordMs) {
    if (workers.every(({ endedWith }) => endedWith() !== undefined)) return;
    await run.clock.wait(pollMs, run.signal);
    const now = said();
    if (now > before) quietSinceMs = run.now();
    before = now;
  }
}

const lastOrdinal = ({ tap }: RunningWorker): number => tap.statements().at(-1)?.ordinal ?? 0;
