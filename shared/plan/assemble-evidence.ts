import type { Evidence, RunResult } from '../domain/observation.ts';
import type { Plan, RunSheet } from '../domain/plan.ts';
import { scenarios } from '../domain/run.ts';
import { bundleWithoutValues } from './bundle-without-values.ts';

/** All that was seen, in the order of the run sheet, so that equal rehearsals give equal evidence. */
export function assembleEvidence(
  plan: Plan,
  sheet: RunSheet,
  results: readonly RunResult[],
  times: { readonly startedAt: Date; readonly durationMs: number },
): Evidence {
  return {
    evidenceVersion: 1,
    rehearsalId: plan.rehearsalId,
    seed: plan.seed,
    startedAt: times.startedAt.toISOString(),
    durationMs: times.durationMs,
    bundle: bundleWithoutValues(plan.bundle),
    rules: plan.rules,
    snapshot: plan.snapshot,
    host: plan.host,
    planned: sheet.runs,
    runs: sheet.runs.flatMap((spec) => results.find((result) => result.spec.id === spec.id) ?? []),
    notTested: sheet.notTested,
    leftOut: scenarios.filter((scenario) => !plan.only.includes(scenario)),
    ...(plan.hotpatches === undefined ? {} : { hotpatches: plan.hotpatches }),
    ...(plan.images === undefined ? {} : { images: plan.images }),
    ...(plan.staticHints === undefined ? {} : { staticHints: plan.staticHints }),
  };
}
