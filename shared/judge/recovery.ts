import type { RunResult } from '../domain/observation.ts';
import { type StatePoint, stateName } from '../domain/run.ts';
import type { Recovery } from '../domain/verdict.ts';
import { stateFingerprint } from '../plan/state-fingerprint.ts';
import type { Readings } from './collect-evidence.ts';
import type { JudgeContext } from './context.ts';
import { claimOf, howItEnded } from './derive/attempts.ts';
import { type Baselines, baselinesOf } from './derive/baselines.ts';
import { expectedAfter, reachedExpectedEnd, retryConverged } from './derive/expected-end.ts';
import { lossesBetween } from './derive/rollback-losses.ts';
import { apartFromLedgers } from './derive/same-state.ts';
import { listed } from './derive/sentences.ts';
import { answersWell, judgeRepairs } from './judge-repairs.ts';
import { waysBack } from './recovery-back.ts';
import { compareSchemas, describeDifference } from './schema-difference.ts';

/**
 * What to do on each state that a run was left in, because of what was seen there: again where that was seen to help,
 * else forward with SQL that was tried on just that state, else back where that was walked from there. Equal states
 * are told once.
 */
export function recoveries(readings: Readings, context: JudgeContext): readonly Recovery[] {
  const { control, underLoad, contention, secondStart, interruption, compatibility } = readings;
  const baselines = baselinesOf(compatibility.runs, context);
  const damaged = [control, underLoad, contention, secondStart, interruption].flatMap(({ runs }) =>
    runs
      .filter((run) => needsRecovery(run, context))
      .map((run) => ({ run, advice: adviceFor(run, baselines, context) })),
  );
  const alike = Map.groupBy(damaged, ({ run, advice }) => JSON.stringify([placeName(run), fingerprintOf(run), advice]));
  const told = [...alike.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const same =
      others.length === 0 ? '' : `; the same state was left by ${listed(others.map(({ run }) => run.spec.id))}`;
    const { because, ...rest } = first.advice;
    return [{ state: stateName(pointOf(first.run), first.run.spec.id), ...rest, because: `${because}${same}` }];
  });
  return [...told, ...waysBack(readings, context)];
}

type Advice = Omit<Recovery, 'state'>;

function needsRecovery(run: RunResult, context: JudgeContext): boolean {
  const claim = claimOf(run.attempts);
  if (claim === null || run === context.expected?.run) return false;
  return claim !== 'success' || reachedExpectedEnd(context.expected, run.attempts, run.end) === false;
}

function adviceFor(run: RunResult, baselines: Baselines, context: JudgeContext): Advice {
  const last = run.attempts.at(-1);
  const ended = last === undefined ? 'ended' : howItEnded(last);
  const converged = retryConverged(context.expected, run);
  if (converged === true) {
    return { choose: 'retry', because: `the command ${ended}; running it again was seen to reach the expected end` };
  }
  const tried = converged === false ? 'running it again was seen not to help' : 'nobody saw running it again';
  const repairs = judgeRepairs(run, baselines, context);
  if (repairs.sql !== undefined) {
    const choose = repairs.thenAgain ? 'retry' : 'forward-fix';
    return { choose, because: `the command ${ended}; ${tried}; ${repairs.because}`, sql: repairs.sql };
  }
  const back = wayBackFrom(run, baselines, context);
  const withheld = repairs.because === undefined ? '' : `; ${repairs.because}`;
  if (back !== undefined) {
    return { ...back, because: `the command ${ended}; ${tried}${withheld}; ${back.because}` };
  }
  return { choose: 'forward-fix', because: `the command ${ended}; ${tried}: ${gapOf(run, context)}${withheld}` };
}

function gapOf(run: RunResult, context: JudgeContext): string {
  const wanted = expectedAfter(context.expected, run.attempts.at(-1)?.phase ?? '');
  if (!wanted.seen || !run.end.seen) return 'the way on is not known';
  const differences = compareSchemas(...apartFromLedgers(wanted.value, run.end.value));
  return differences.length === 0 ? 'only the ledger differs' : listed(differences.map(describeDifference));
}

/** The declared rollback, where it was walked from just this state and previous lives where it leads. */
function wayBackFrom(run: RunResult, baselines: Baselines, { manifest }: JudgeContext): Advice | undefined {
  const { wayBack, retry } = run.aftermath ?? {};
  if (wayBack === undefined || wayBack.attempt.exitCode !== 0 || wayBack.attempt.timedOut) return undefined;
  if (manifest.apps !== 'none' && !answersWell(wayBack.cell, baselines, manifest)) return undefined;
  const loses = lossesBetween(retry?.end, wayBack);
  const price = loses.length === 0 ? 'and nothing was lost on the way' : `and lost ${listed(loses.map(inWords))}`;
  return {
    choose: 'roll-back',
    because: `the declared rollback was seen to lead from there to where previous works, ${price}`,
    ...(loses.length === 0 ? {} : { loses }),
  };
}

const inWords = ({ relation, rows, columns }: NonNullable<Recovery['loses']>[number]): string =>
  rows === undefined ? `${listed(columns ?? [])} of ${relation}` : `${rows} rows of ${relation}`;

const fingerprintOf = ({ end }: RunResult): string | null => (end.seen ? stateFingerprint(end.value) : null);

const placeName = (run: RunResult): string => stateName(pointOf(run));

function pointOf(run: RunResult): StatePoint {
  const asked = run.aftermath?.cells[0]?.point;
  if (asked !== undefined) return asked;
  return run.spec.scenario === 'interruption'
    ? { kind: 'inside', phase: run.spec.phase, committed: run.spec.committed }
    : { kind: 'after', phase: run.attempts.at(-1)?.phase ?? '' };
}
