import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { runLimits } from '../../../shared/plan/limits.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import {
  at,
  attemptOf,
  controlOf,
  manifestOf,
  oneTransaction,
  phaseOf,
  planOf,
  statementOf,
  stateOf,
} from '../../support/run-results.ts';

const tables = ['public.alerts'];
const end = stateOf(tables, 'end');
describe('states', () => {
  test('with equal schema and ledger are one, under the first name', () => {
    const plan = planOf(
      manifestOf({ overlap: 'canary', phases: [phaseOf('pre-deploy'), phaseOf('post-deploy', 'after-rollout')] }),
    );
    const control = controlOf({
      attempts: [attemptOf('pre-deploy', oneTransaction), attemptOf('post-deploy', oneTransaction)],
      states: [
        at({ kind: 'inside', phase: 'pre-deploy', committed: 1 }, stateOf(tables)),
        at({ kind: 'after', phase: 'pre-deploy' }, end),
        at({ kind: 'after', phase: 'post-deploy' }, stateOf(tables, 'last')),
      ],
    });
    const baseline = controlOf({ spec: planRuns(plan, []).runs[1] as RunResult['spec'] });
    const ids = planRuns(plan, [control, baseline]).runs.map(({ id }) => `${id}`);
    expect(ids.filter((id) => id.includes('previous-fresh'))).toEqual([
      'compatibility-previous-fresh-before',
      'compatibility-previous-fresh-after-pre-deploy',
      'compatibility-previous-fresh-after-post-deploy',
    ]);
  });

  test('of phases whose names go on like one another, or are long, have runs of their own', () => {
    const names = ['step', 'step-1', 'step-1-1', `${'a'.repeat(199)}1`, `${'a'.repeat(199)}2`];
    const plan = planOf(manifestOf({ overlap: 'canary', phases: names.map((name) => phaseOf(name)) }));
    const states = names.flatMap((phase) => [
      at({ kind: 'inside', phase, committed: 1 }, stateOf(tables, `inside ${phase}`)),
      at({ kind: 'after', phase }, stateOf(tables, phase)),
    ]);
    const control = controlOf({ attempts: names.map((name) => attemptOf(name, oneTransaction)), states });
    const baseline = controlOf({ spec: planRuns(plan, []).runs[1] as RunResult['spec'] });
    const ids = planRuns(plan, [control, baseline]).runs.map(({ id }) => id);
    expect(ids.filter((id) => id.includes('previous-fresh-after'))).toHaveLength(states.length);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('a state inside a phase that is the untouched one gates under its name', () => {
    const plan = planOf(manifestOf({ phases: [phaseOf('post-deploy', 'after-rollout')] }));
    const control = controlOf({
      attempts: [attemptOf('post-deploy', oneTransaction)],
      states: [
        at({ kind: 'inside', phase: 'post-deploy', committed: 1 }, stateOf(tables)),
        at({ kind: 'after', phase: 'post-deploy' }, end),
      ],
    });
    const next = planRuns(plan, [control]).runs.find((run) => run.id === 'compatibility-next-fresh-before');
    expect(next).toMatchObject({ gates: true });
  });

  test.each([
    [0, []],
    [1, ['both versions between change 200 and change 202 of pre-deploy']],
  ])('%i beyond those that are looked at: %j is told', (more, told) => {
    const commits = runLimits.statesReadInsidePhase + 1 + more;
    const statements = Array.from({ length: commits }, (_, at) => statementOf(at + 1, { committed: at + 1 }));
    const control = controlOf({
      attempts: [attemptOf('pre-deploy', statements)],
      states: [at({ kind: 'after', phase: 'pre-deploy' }, end)],
    });
    const whats = planRuns(planOf(), [control]).notTested.map(({ what }) => what);
    expect(whats.filter((what) => what.startsWith('both versions between'))).toEqual(told);
  });
});
