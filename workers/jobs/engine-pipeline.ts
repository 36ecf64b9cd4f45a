import type { Plan } from '../../shared/domain/plan.ts';
import type { StoredRehearsal } from '../../shared/edge/ports/store.ts';
import { judge } from '../../shared/judge/judge.ts';
import { assembleEvidence } from '../../shared/plan/assemble-evidence.ts';
import { planRuns } from '../../shared/plan/plan-runs.ts';
import { refusalIn } from '../../shared/plan/refusal.ts';
import { assembleReport } from '../../shared/report/assemble-report.ts';
import type { Engine } from '../engine.ts';
import { requireSameImages } from '../images-of-versions.ts';
import type { Pipeline, Prepared } from './pipeline.ts';

/** The real core behind the jobs: the same engine that `rehearse run` drives. */
export function enginePipeline(engine: Engine): Pipeline {
  return {
    prepare: (archivePath, rehearsal, plan) => prepare(engine, archivePath, rehearsal, plan),
    planRuns,
    refusalIn,
    judge: (plan, sheet, results, { startedAt, durationMs, honourWaivers, accepted }) => {
      const seen = assembleEvidence(plan, sheet, results, { startedAt, durationMs });
      const evidence = accepted.length === 0 ? seen : { ...seen, accepted };
      return { evidence, report: assembleReport(evidence, judge(evidence, { honourWaivers })) };
    },
    snapshots: () => engine.registered(),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

async function prepare(
  engine: Engine,
  archivePath: string,
  rehearsal: StoredRehearsal,
  plan: Plan | null,
): Promise<Prepared> {
  const loaded = await engine.load(archivePath, rehearsal.environment);
  const remove = async () => loaded[Symbol.asyncDispose]();
  try {
    const snapshot = snapshotFor(rehearsal, plan);
    const made = await engine.prepare(loaded, {
      seed: rehearsal.seed,
      ...(snapshot === undefined ? {} : { snapshot }),
    });
    if (plan !== null) requireSameImages(plan.images, made.plan.images);
    // A rerun has a name of its own, and whoever planned first has planned for all workers.
    const context = { ...made, plan: plan ?? { ...made.plan, rehearsalId: rehearsal.id } };
    return {
      plan: context.plan,
      perform: (spec, signal, shapes) => engine.perform({ ...context, shapes }, spec, signal),
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The version that was planned for; a newer one of the same name is another question. */
function snapshotFor(rehearsal: StoredRehearsal, plan: Plan | null): string | undefined {
  if (rehearsal.snapshot === 'sql') return undefined;
  return plan === null ? rehearsal.snapshot : `${plan.snapshot.name}@${plan.snapshot.version}`;
}
