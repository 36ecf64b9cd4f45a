import type { RunResult } from '../domain/observation.ts';
import { type StatePoint, stateName } from '../domain/run.ts';
import type { Recovery } from '../domain/verdict.ts';
import { closingSql } from './closing-sql.ts';
import type { Readings } from './collect-evidence.ts';
import type { JudgeContext } from './context.ts';
import { claimOf, howItEnded } from './derive/attempts.ts';
import { expectedAfter, reachedExpectedEnd, retryConverged } from './derive/expected-end.ts';
import { apartFromLedgers } from './derive/same-state.ts';
import { listed } from './derive/sentences.ts';
import { compareSchemas, describeDifference } from './schema-difference.ts';

/**
 * What to do on each state that a run was left in: again where that was seen to help, else forward, with SQL only
 * where it is sure.
 */
export function recoveries(readings: Readings, context: JudgeContext): readonly Recovery[] {
  const { control, underLoad, contention, secondStart, interruption } = readings;
  return [control, underLoad, contention, secondStart, interruption].flatMap(({ runs }) =>
    runs.filter((run) => needsRecovery(run, context)).map((run) => recoveryOf(run, context)),
  );
}

function needsRecovery(run: RunResult, context: JudgeContext): boolean {
  const claim = claimOf(run.attempts);
  if (claim === null || run === context.expected?.run) return false;
  return claim !== 'success' || reachedExpectedEnd(context.expected, run.attempts, run.end) === false;
}

function recoveryOf(run: RunResult, context: JudgeContext): Recovery {
  const last = run.attempts.at(-1);
  const phase = last?.phase ?? '';
  const state = stateName(pointOf(run, phase), run.spec.id);
  const ended = last === undefined ? 'ended' : howItEnded(last);
  const converged = retryConverged(context.expected, run);
  if (converged === true) {
    return {
      state,
      choose: 'retry',
      because: `the command ${ended}; running it again was seen to reach the expected end`,
    };
  }
  const wanted = expectedAfter(context.expected, phase);
  const tried = converged === false ? 'running it again was seen not to help' : 'nobody saw running it again';
  if (!wanted.seen || !run.end.seen) {
    return { state, choose: 'forward-fix', because: `the command ${ended}; ${tried}, and the way on is not known` };
  }
  const differences = compareSchemas(...apartFromLedgers(wanted.value, run.end.value));
  const closing = closingSql(differences);
  const gap = differences.length === 0 ? 'only the ledger differs' : listed(differences.map(describeDifference));
  return {
    state,
    choose: 'forward-fix',
    because: `the command ${ended}; ${tried}: ${gap}`,
    ...(closing?.certain ? { sql: closing.sql } : {}),
  };
}

function pointOf(run: RunResult, phase: string): StatePoint {
  const asked = run.aftermath?.cells[0]?.point;
  if (asked !== undefined) return asked;
  return run.spec.scenario === 'interruption'
    ? { kind: 'inside', phase: run.spec.phase, committed: run.spec.committed }
    : { kind: 'after', phase };
}
