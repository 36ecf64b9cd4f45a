import { expect, test } from 'vitest';
import type { RunResult } from '../../shared/domain/observation.ts';
import { observed } from '../../shared/domain/observed.ts';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { systemClock } from '../../shared/edge/adapters/system-clock.ts';
import { rehearse } from '../../workers/rehearse.ts';
import { at, attemptOf, controlOf, planOf, statementOf, stateOf } from '../support/run-results.ts';

const end = stateOf(['public.alerts'], 'end');
const control = controlOf({
  attempts: [attemptOf('pre-deploy', [statementOf(1), statementOf(2, { statusAfter: 'I', committed: 1 })])],
  states: [at({ kind: 'after', phase: 'pre-deploy' }, end)],
  end: observed(end),
});

test('after a failure no other run is begun, and the failure is what is thrown', async () => {
  const begun: string[] = [];
  const failure = new RehearsalError('machine', 'full', 'the disk is full', 'free some');
  const perform = async (spec: RunResult['spec']): Promise<RunResult> => {
    begun.push(spec.id);
    if (spec.id === 'control') return control;
    if (spec.id === 'compatibility-previous-fresh-before') return { ...control, spec };
    await systemClock.wait(1);
    throw failure;
  };
  const running = rehearse(planOf(), { clock: systemClock, parallel: 2, perform, progress: () => undefined });
  await expect(running).rejects.toBe(failure);
  expect(begun.length).toBe(4);
});
