import { parseRunId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import type { MixedRun, StatePoint } from '../domain/run.ts';
import { runLimits } from './limits.ts';
import { mixedNotDue, nobodyWrites } from './mixed-due.ts';
import { spread } from './plan-interruption.ts';
import { stateInId } from './run-id-parts.ts';

type NotTested = { what: string; because: string };

/**
 * Both versions side by side wherever both must live: at most at two such states, the first and the last, which also
 * counts values. Waits for the baseline of previous, which says what it may be asked only once.
 */
export function mixedRuns(
  plan: Plan,
  both: readonly { readonly point: StatePoint }[],
  askOnce: readonly string[] | undefined,
  notTested: NotTested[],
): readonly MixedRun[] {
  const { manifest } = plan.bundle;
  const because = mixedNotDue(manifest);
  if (because !== undefined) {
    if (because === nobodyWrites && manifest.probes.length > 0)
      notTested.push({ what: 'what one version writes and the other reads', because });
    return [];
  }
  const ends = both.filter(({ point }) => point.kind !== 'inside');
  const chosen = spread(ends, runLimits.mixedStates);
  const left = both.length - chosen.length;
  if (left > 0) {
    notTested.push({
      what: `both versions side by side on ${left} of ${both.length} states`,
      because: `they are tried at ends of phases, on at most ${runLimits.mixedStates} states`,
    });
  }
  if (askOnce === undefined) return [];
  return chosen.map(({ point }, index) => ({
    id: parseRunId(`compatibility-both-${stateInId(point)}`),
    scenario: 'compatibility',
    seed: plan.seed,
    alone: false,
    expectedEnds: {},
    app: 'both',
    state: point,
    askOnce,
    census: index === chosen.length - 1,
  }));
}
