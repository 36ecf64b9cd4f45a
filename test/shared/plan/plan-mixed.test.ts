import { expect, test } from 'vitest';
import type { Manifest } from '../../../shared/domain/bundle.ts';
import { type StatePoint, stateName } from '../../../shared/domain/run.ts';
import { mixedNotDue } from '../../../shared/plan/mixed-due.ts';
import { mixedRuns } from '../../../shared/plan/plan-mixed.ts';
import { manifestOf, phaseOf, planOf } from '../../support/run-results.ts';

const write = { name: 'a write', for: ['next'], writes: true, ask: { kind: 'http', steps: [] } } as const;
const read = { ...write, name: 'a read', writes: false } as const;
const manifest = (changes: Partial<Manifest> = {}): Manifest => manifestOf({ probes: [write], ...changes });

const after = (phase: string) => ({ point: { kind: 'after', phase } satisfies StatePoint });
const inside = (committed: number) => ({ point: { kind: 'inside', phase: 'a', committed } satisfies StatePoint });

test('it waits for the baseline of previous, and knows then what may be asked only once', () => {
  const plan = planOf(manifest());
  expect(mixedRuns(plan, [after('pre-deploy')], undefined, [])).toEqual([]);
  expect(mixedRuns(plan, [after('pre-deploy')], ['a write'], [])).toMatchObject([
    { id: 'compatibility-both-after-pre-deploy', app: 'both', askOnce: ['a write'], census: true },
  ]);
});

test('of many states the first and the last end of a phase are taken, and the rest is told', () => {
  const notTested: { what: string; because: string }[] = [];
  const runs = mixedRuns(planOf(manifest()), [after('a'), inside(1), after('b'), after('c')], [], notTested);
  expect(runs.map(({ state }) => stateName(state))).toEqual(['after a', 'after c']);
  expect(runs.map(({ census }) => census)).toEqual([false, true]);
  expect(notTested.map(({ what }) => what)).toEqual(['both versions side by side on 2 of 4 states']);
});

test('where nobody writes it is not made, and told', () => {
  const notTested: { what: string; because: string }[] = [];
  expect(mixedRuns(planOf(manifest({ probes: [read] })), [after('pre-deploy')], [], notTested)).toEqual([]);
  expect(notTested).toEqual([{ what: 'what one version writes and the other reads', because: 'no probe writes' }]);
});

test.each<[string, Partial<Manifest>, boolean]>([
  ['rolling', {}, true],
  ['rolling without a phase before the rollout', { phases: [phaseOf('post', 'after-rollout')] }, false],
  ['canary without one', { overlap: 'canary', phases: [phaseOf('post', 'after-rollout')] }, true],
  ['code-first', { overlap: 'code-first', phases: [phaseOf('post', 'after-rollout')] }, true],
  ['stop-the-world', { overlap: 'stop-the-world' }, false],
  ['no applications', { apps: 'none' }, false],
])('%s: due is what the overlap asks for', (_name, changes, due) => {
  expect(mixedNotDue(manifest(changes)) === undefined).toBe(due);
});
