import type { RunResult } from '../domain/observation.ts';
import type { Harm } from '../domain/verdict.ts';
import type { Readings } from './collect-evidence.ts';
import type { JudgeContext } from './context.ts';
import { claimOf } from './derive/attempts.ts';
import { failingAttempt, startOfPhase } from './derive/clean-refusal.ts';
import { otherRows } from './derive/done-twice.ts';
import { isWholeMigrations, reachedExpectedEnd } from './derive/expected-end.ts';
import { sameRowCounts, sameState } from './derive/same-state.ts';

/** The worst over all runs but those that we killed. Damage that was seen outranks what could not be seen. */
export function harmOf(readings: Readings, context: JudgeContext): Harm {
  const { control, underLoad, contention, secondStart } = readings;
  const due = [control, underLoad, contention, secondStart];
  const harms = due.flatMap(({ runs }) => runs).map((run) => harmOfRun(run, context));
  if (due.some(({ missing }) => missing.length > 0)) harms.push('unknown');
  return order.find((harm) => harms.includes(harm)) ?? 'none';
}

const order: readonly Harm[] = ['harmed', 'unknown', 'refused', 'none'];

function harmOfRun(run: RunResult, context: JudgeContext): Harm {
  const claim = claimOf(run.attempts);
  if (claim === 'killed') return 'none';
  if (run === context.expected?.run) return 'none';
  if (claim === null) return 'unknown';
  if (claim === 'success') {
    const reached = reachedExpectedEnd(context.expected, run.attempts, run.end);
    if (run.otherStart !== undefined && otherRows(run, context).length > 0) return 'harmed';
    return reached === null ? 'unknown' : reached ? 'none' : 'harmed';
  }
  return harmOfFailure(run, context);
}

/** Rows count on quiet runs only: on the others the traffic writes them too. There whole migrations are no damage. */
function harmOfFailure(run: RunResult, context: JudgeContext): Harm {
  const attempt = failingAttempt(run);
  if (!run.end.seen || attempt === undefined) return 'unknown';
  const untouched =
    run.spec.scenario === 'control'
      ? isAsBefore(run, attempt.phase)
      : isWholeMigrations(context.expected, run.before, run.end.value);
  if (!untouched) return 'harmed';
  const alive = previousLives(run, context);
  return alive === null ? 'unknown' : alive ? 'refused' : 'harmed';
}

/** Schema, ledger and rows of everything but the ledgers are what the failing phase found. */
function isAsBefore(run: RunResult, phase: string): boolean {
  const start = startOfPhase(run, phase);
  if (!start.seen || !run.end.seen || run.backendsOomKilled > 0) return false;
  return sameState(start.value, run.end.value) && sameRowCounts(start.value, run.end.value);
}

/** null: nobody looked. Without applications there is nobody to be harmed. */
function previousLives({ aftermath }: RunResult, { manifest }: JudgeContext): boolean | null {
  if (manifest.apps === 'none') return true;
  if (aftermath === undefined || !aftermath.previousStarts.seen) return null;
  const failing = aftermath.cells.some(
    (cell) => cell.app === 'previous' && cell.probes.some((probe) => probe.outcome === 'fail'),
  );
  return aftermath.previousStarts.value && !failing;
}
