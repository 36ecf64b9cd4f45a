import { parseRunId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import type { RollbackRun } from '../domain/run.ts';
import { runLimits } from './limits.ts';
import { spread } from './plan-interruption.ts';

type NotTested = { what: string; because: string };

/** The declared way back, tried from the end of each phase: nobody knows beforehand when it will be needed. */
export function rollbackRuns(
  plan: Plan,
  expectedEnds: Readonly<Record<string, string>>,
  notTested: NotTested[],
): readonly RollbackRun[] {
  const { rollback, phases } = plan.bundle.manifest;
  if (rollback === undefined) return [];
  notTested.push({
    what: 'the rollback under load, behind locks, or interrupted',
    because: 'it is tried on quiet runs only',
  });
  const chosen = new Set(spread(phases, runLimits.rollbackRuns));
  if (chosen.size < phases.length) {
    notTested.push({
      what: `the rollback from the end of ${phases.length - chosen.size} of ${phases.length} phases`,
      because: `more than ${runLimits.rollbackRuns} phases; they are sampled evenly`,
    });
  }
  return phases
    .filter((phase) => chosen.has(phase))
    .map(({ name }) => ({
      id: parseRunId(`rollback-after-${name}`),
      scenario: 'rollback',
      seed: plan.seed,
      alone: false,
      expectedEnds,
      after: name,
    }));
}
