import { expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import type { Plan } from '../../../shared/domain/plan.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import {
  at,
  attemptOf,
  completed,
  controlOf,
  lockOf,
  manifestOf,
  phaseOf,
  planOf,
  statementOf,
  stateOf,
} from '../../support/run-results.ts';

const end = stateOf(['public.alerts'], 'end');
const withRollback = planOf({
  ...manifestOf(),
  phases: [phaseOf('expand'), phaseOf('contract', 'after-rollout')],
  probes: [{ name: 'a write', for: ['previous', 'next'], writes: true, ask: { kind: 'http', steps: [] } }],
  rollback: phaseOf('rollback'),
});
const rollbacks = (plan: Plan, results: readonly RunResult[]) =>
  planRuns(plan, results).runs.filter(({ scenario }) => scenario === 'rollback');
/** The quiet rollback from the last phase, which committed twice. */
function walkedBack(outcome: 'completed' | 'failed'): RunResult {
  const [, spec] = rollbacks(withRollback, [completed(withRollback)]);
  const alone = { transaction: null, statusAfter: 'I' } as const;
  const lock = { locks: [lockOf('public.alerts', 'AccessExclusiveLock')], lockTimeout: { ms: 500, from: 'session' } };
  const statements = [
    statementOf(1, { ...alone, ...lock, committed: 1 } as Partial<ReturnType<typeof statementOf>>),
    statementOf(2, { ...alone, committed: 2 }),
  ];
  return controlOf({
    ...(spec === undefined ? {} : { spec }),
    outcome,
    attempts: [attemptOf('expand', []), attemptOf('contract', []), attemptOf('rollback', statements)],
    states: [at({ kind: 'after', phase: 'contract' }, end)],
  });
}

test('walks a declared rollback from the end of every phase, and without one none', () => {
  const sheet = rollbacks(withRollback, [completed(withRollback)]);
  expect(sheet.map(({ id }) => id)).toEqual(['rollback-after-expand', 'rollback-after-contract']);
  expect(planRuns(withRollback, [completed(withRollback)]).complete).toBe(false);
  expect(rollbacks(planOf(), [completed(planOf())])).toEqual([]);
});

test('makes a way back that works in peace harder: after writes, half way, and behind a lock it asks for', () => {
  const plan = { ...withRollback, only: ['rollback'] as const };
  const harder = rollbacks(plan, [completed(plan), walkedBack('completed')]).slice(2);
  expect(harder).toMatchObject([
    { id: 'rollback-after-contract-written', stress: { kind: 'written', askOnce: [] } },
    { id: 'rollback-after-contract-interrupted', stress: { kind: 'interrupted', ordinal: 1 } },
    {
      id: 'rollback-after-contract-under-load',
      againAlone: true,
      stress: { kind: 'under-load', hold: { ordinal: 1, relation: 'public.alerts', holdMs: 600 } },
    },
  ]);
  expect(planRuns(plan, [completed(plan), walkedBack('completed')]).complete).toBe(true);
});

test('waits for what previous may be asked only once before next writes what it is asked then', () => {
  const results = [completed(withRollback), walkedBack('completed')];
  expect(rollbacks(withRollback, results).map(({ id }) => id)).not.toContain('rollback-after-contract-written');
  expect(planRuns(withRollback, results).complete).toBe(false);
});

test('does not make harder what does not work in peace, and says so', () => {
  const results = [completed(withRollback), walkedBack('failed')];
  expect(rollbacks(withRollback, results)).toHaveLength(2);
  expect(planRuns(withRollback, results).notTested.map(({ what }) => what)).toContain(
    'the rollback after writes by next, under load, behind locks, or interrupted',
  );
});
