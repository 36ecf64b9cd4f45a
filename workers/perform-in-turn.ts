import type { RunResult } from '../shared/domain/observation.ts';
import type { Plan } from '../shared/domain/plan.ts';
import { RehearsalError } from '../shared/domain/problem.ts';
import type { RunSpec } from '../shared/domain/run.ts';
import type { OwnerProcess } from '../shared/edge/adapters/owner-process.ts';
import { weakTraffic } from '../shared/judge/derive/weaknesses.ts';
import type { DataRoot } from './hosts/data-root.ts';
import { watchDisk } from './hosts/disk-watch.ts';
import { type Turn, takeTurn } from './hosts/machine-turns.ts';
import { notRun } from './not-run.ts';
import { performRun, type RunContext } from './perform-run.ts';

export interface SharedMachine {
  readonly dataRoot: DataRoot;
  readonly says: (sentence: string) => void;
}

/**
 * One run on a machine that others use too. What its neighbours may have weakened is made once more without them: a
 * fault that missed or traffic that was late says something of this machine, not of the migration.
 */
export async function performInTurn(
  machine: SharedMachine,
  context: RunContext,
  spec: RunSpec,
  signal: AbortSignal,
): Promise<RunResult> {
  return await strongestOf(spec, context.plan, (how) => performOnce(machine, context, spec, how, signal));
}

/** A run that may have neighbours, and comes out weak beside them, counts as it comes out alone. */
export async function strongestOf(
  spec: RunSpec,
  of: Pick<Plan, 'bundle'>,
  perform: (how: Turn) => Promise<RunResult>,
): Promise<RunResult> {
  const result = await perform(spec.alone ? 'alone' : 'shared');
  const isWeak = result.weaknesses.length > 0 || weakTraffic(result, of).length > 0;
  return spec.againAlone === true && isWeak ? await perform('alone') : result;
}

/** It waits for its turn, and what failed for lack of disk is no evidence. */
async function performOnce(
  { dataRoot, says }: SharedMachine,
  context: RunContext,
  spec: RunSpec,
  how: Turn,
  signal: AbortSignal,
): Promise<RunResult> {
  const onWait = (holder: OwnerProcess, other: Turn) => says(waiting(spec.id, holder, other));
  await using _turn = await takeTurn(dataRoot.locks, how, { signal, onWait });
  using disk = watchDisk(dataRoot);
  const startedAt = context.clock.wallTime().toISOString();
  const startMs = context.clock.now();
  const gap = (why: RehearsalError): RunResult =>
    notRun(spec, `${why.message}; ${why.remedy}`, { startedAt, durationMs: context.clock.now() - startMs });
  try {
    const result = await performRun({ ...context, leaving: disk.look }, spec, AbortSignal.any([signal, disk.signal]));
    return saysDiskFull(result) ? gap(await fullNow(dataRoot)) : result;
  } catch (error) {
    if (signal.aborted || !disk.signal.aborted) throw error;
    return gap(disk.signal.reason as RehearsalError);
  }
}

export function waiting(what: string, { pid }: OwnerProcess, how: Turn): string {
  const why = how === 'alone' ? 'has this machine to itself' : 'works on this machine';
  return `${what} waits: another run (process ${pid}) ${why}, and timing is evidence`;
}

/** `disk_full`; https://www.postgresql.org/docs/current/errcodes-appendix.html */
const diskFull = '53100';

/** The server may say it between two looks at the disk; whoever wrote too much then has given the room back. */
function saysDiskFull({ attempts, serverLog }: RunResult): boolean {
  return (
    serverLog.some((entry) => entry.sqlstate === diskFull) ||
    attempts.some(({ statements }) => statements.some((statement) => statement.sqlstate === diskFull))
  );
}

async function fullNow(dataRoot: DataRoot): Promise<RehearsalError> {
  const detail = `the disk ran full during the run: the server said so (SQLSTATE ${diskFull})`;
  const remedy = 'free some room, or put the data root on another disk with REHEARSAL_DATA=/path';
  return dataRoot.ranFull(await dataRoot.freeBytes()) ?? new RehearsalError('machine', 'disk-ran-full', detail, remedy);
}
