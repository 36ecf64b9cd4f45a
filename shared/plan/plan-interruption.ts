import { parseRunId } from '../domain/ids.ts';
import type { RunResult } from '../domain/observation.ts';
import type { Plan } from '../domain/plan.ts';
import type { InterruptionRun } from '../domain/run.ts';
import { runLimits } from './limits.ts';
import { stateFingerprint } from './state-fingerprint.ts';

type NotTested = { what: string; because: string };

/** One crash point after each transaction that changed something; boundaries inside one transaction are equivalent. */
export function interruptionRuns(
  plan: Plan,
  control: RunResult,
  expectedEnds: Readonly<Record<string, string>>,
  notTested: NotTested[],
): readonly InterruptionRun[] {
  const points = control.attempts.flatMap((attempt) =>
    attempt.statements.flatMap((statement) =>
      statement.committed === undefined
        ? []
        : [{ phase: attempt.phase, committed: statement.committed, ordinal: statement.ordinal }],
    ),
  );
  const chosen = spread(points, runLimits.interruptionRuns);
  if (chosen.length < points.length) {
    notTested.push({
      what: `${points.length - chosen.length} of ${points.length} crash points`,
      because: `more than ${runLimits.interruptionRuns}; they are sampled evenly, first and last included`,
    });
  }
  return chosen.map((point) => ({
    id: parseRunId(`interruption-${point.phase}-${point.committed}`),
    scenario: 'interruption',
    seed: plan.seed,
    alone: false,
    expectedEnds,
    ...point,
    ...expectedStateOf(control, point.phase, point.committed),
  }));
}

/** The last change of a phase leads to the state after it, which has that name only. */
function expectedStateOf(control: RunResult, phase: string, committed: number): { readonly expectedState?: string } {
  const isLast = !control.attempts.some(
    (attempt) =>
      attempt.phase === phase && attempt.statements.some((statement) => (statement.committed ?? 0) > committed),
  );
  const place = control.states.find(({ point }) =>
    point.kind === 'inside'
      ? point.phase === phase && point.committed === committed
      : isLast && point.kind === 'after' && point.phase === phase,
  );
  return place?.state.seen ? { expectedState: stateFingerprint(place.state.value) } : {};
}

/** At most `count` of them, evenly spread, the first and the last always among them. */
export function spread<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  const step = (items.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => items[Math.round(index * step)]).filter(
    (item) => item !== undefined,
  );
}
