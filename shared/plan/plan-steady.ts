import { parseRunId } from '../domain/ids.ts';
import type { RunResult } from '../domain/observation.ts';
import type { Plan } from '../domain/plan.ts';
import type { UnderLoadRun } from '../domain/run.ts';
import { runLimits } from './limits.ts';
import { asksOnce } from './plan-compatibility.ts';
import { steadyTargets } from './plan-traffic.ts';

type NotTested = { what: string; because: string };

export const steadyIds = { previous: parseRunId('steady-before'), next: parseRunId('steady-after') } as const;

/**
 * The same traffic through previous on the untouched clone and through next after the last phase, each alone on the
 * machine. What may be asked again and again, the versions' baselines tell first.
 */
export function steadyRuns(
  plan: Plan,
  { control, traced }: { readonly control: RunResult; readonly traced: RunResult | undefined },
  results: readonly RunResult[],
  notTested: NotTested[],
): { readonly runs: readonly UnderLoadRun[]; readonly complete: boolean } {
  const { steadyMs } = plan.bundle.manifest;
  if (steadyMs === 0) return { runs: [], complete: true };
  const probes = askedProbes(plan, results);
  if (probes === undefined) return { runs: [], complete: false };
  const durationMs = Math.max(steadyMs, runLimits.steadyMsMin);
  if (durationMs > steadyMs) {
    const because = `${runLimits.steadyMsMin} ms is the least that tells one version from another: so long it was`;
    notTested.push({ what: `a steady state of only ${steadyMs} ms`, because });
  }
  const run = (app: 'previous' | 'next'): UnderLoadRun => ({
    id: steadyIds[app],
    scenario: 'under-load',
    seed: plan.seed,
    alone: true,
    expectedEnds: {},
    targets: steadyTargets(control, traced),
    actorsOn: [],
    steady: { app, durationMs, probes },
  });
  return { runs: [run('previous'), run('next')], complete: true };
}

/** Requests to both versions that can be repeated; undefined: the versions were not asked yet. */
function askedProbes({ bundle, only }: Plan, results: readonly RunResult[]): readonly string[] | undefined {
  const { apps, probes } = bundle.manifest;
  if (apps === 'none') return [];
  const asked = probes.filter((probe) => probe.ask.kind === 'http' && probe.for.length === 2);
  // Nobody finds out then which can be repeated; those that write nothing can.
  if (!only.includes('compatibility')) return asked.filter(({ writes }) => !writes).map(({ name }) => name);
  const once = [asksOnce('previous', results), asksOnce('next', results)];
  if (once.some((names) => names === undefined)) return undefined;
  return asked.filter(({ name }) => !once.some((names) => names?.includes(name))).map(({ name }) => name);
}
