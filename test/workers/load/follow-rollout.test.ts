import { expect, test } from 'vitest';
import { followRollout } from '../../../workers/load/follow-rollout.ts';
import { phaseOf } from '../../support/run-results.ts';

test("statements of previous run until the first after-rollout phase begins, next's from the last one before it", async () => {
  const phases = [
    phaseOf('expand'),
    phaseOf('fill'),
    phaseOf('contract', 'after-rollout'),
    phaseOf('tidy', 'after-rollout'),
  ];
  const seen: string[] = [];
  const { beforePhase, afterPhase } = followRollout(phases, (versions) => seen.push(`→ ${versions.join('+')}`));
  for (const phase of phases) {
    await beforePhase(phase);
    seen.push(phase.name);
    await afterPhase(phase);
  }
  expect(seen).toEqual(['expand', 'fill', '→ previous+next', '→ next', 'contract', '→ next', 'tidy']);
});
