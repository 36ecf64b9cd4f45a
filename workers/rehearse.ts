import type { Evidence, RunResult } from '../shared/domain/observation.ts';
import type { Plan } from '../shared/domain/plan.ts';
import type { QueryShape } from '../shared/domain/query-shape.ts';
import type { RunSpec } from '../shared/domain/run.ts';
import type { Clock } from '../shared/edge/ports/clock.ts';
import { assembleEvidence } from '../shared/plan/assemble-evidence.ts';
import { planRuns } from '../shared/plan/plan-runs.ts';
import { refusalIn } from '../shared/plan/refusal.ts';
import { shapesOfRun } from '../shared/plan/shapes-of-run.ts';

export interface Rehearsing {
  readonly clock: Clock;
  /** `shapes`: the queries that the run prepares; its sheet says only who told them. */
  perform(spec: RunSpec, shapes: readonly QueryShape[] | undefined): Promise<RunResult>;
  /** Runs that may share the machine at one time; those marked `alone` never do. */
  readonly parallel: number;
  progress(event: {
    readonly spec: RunSpec;
    readonly result?: RunResult;
    readonly planned: number;
    readonly done: number;
  }): void;
}

/**
 * The story of one rehearsal: plan, perform, learn, plan again, until the sheet is complete and every run has been
 * made.
 */
export async function rehearse(plan: Plan, by: Rehearsing): Promise<Evidence> {
  const startedAt = by.clock.wallTime();
  const startMs = by.clock.now();
  const results: RunResult[] = [];
  for (;;) {
    const sheet = planRuns(plan, results);
    const pending = sheet.runs.filter((spec) => !results.some((result) => result.spec.id === spec.id));
    if (pending.length === 0) {
      return assembleEvidence(plan, sheet, results, { startedAt, durationMs: by.clock.now() - startMs });
    }
    await performAll(pending, by, async (spec) => {
      by.progress({ spec, planned: sheet.runs.length, done: results.length });
      const result = await by.perform(spec, shapesOfRun(spec, results));
      results.push(result);
      by.progress({ spec, result, planned: sheet.runs.length, done: results.length });
      const refusal = refusalIn(results);
      if (refusal !== undefined) throw refusal;
    });
  }
}

/** Side by side what may be, then one by one what must be alone. After a failure nothing more is begun. */
async function performAll(
  pending: readonly RunSpec[],
  by: Rehearsing,
  one: (spec: RunSpec) => Promise<void>,
): Promise<void> {
  const shared = pending.filter((spec) => !spec.alone).values();
  let failed = false;
  const lane = async () => {
    for (const spec of shared) {
      if (failed) return;
      await one(spec).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: by.parallel }, lane));
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
  for (const spec of pending) if (spec.alone) await one(spec);
}
