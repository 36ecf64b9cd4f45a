import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import type { Plan } from '../../../shared/domain/plan.ts';
import type { HeldLockRun } from '../../../shared/domain/run.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import {
  at,
  attemptOf,
  completed,
  controlOf,
  lockOf,
  manifestOf,
  oneTransaction,
  phaseOf,
  planOf,
  statementOf,
  stateOf,
} from '../../support/run-results.ts';

const tables = ['public.alerts'];
const end = stateOf(tables, 'end');

const idsOf = (plan: Plan, results: readonly RunResult[]) =>
  planRuns(plan, results).runs.map((run) => run.id as string);

const specNamed = (plan: Plan, results: readonly RunResult[], id = 'compatibility-next-fresh-after-expand') => {
  const spec = planRuns(plan, results).runs.find((run) => run.id === id);
  if (spec === undefined) throw new Error(`${id} is not planned`);
  return spec;
};
const baselineSpec = (plan: Plan) => specNamed(plan, [], 'compatibility-previous-fresh-before');

describe('the run sheet', () => {
  test('starts with the control run and the baseline, and is not complete', () => {
    const sheet = planRuns(planOf(), []);
    expect(sheet.runs.map((run) => run.id)).toEqual(['control', 'compatibility-previous-fresh-before']);
    expect(sheet.complete).toBe(false);
  });

  test('never loses a run that it had before', () => {
    const plan = planOf();
    const first = idsOf(plan, []);
    const second = idsOf(plan, [completed(plan)]);
    expect(second).toEqual(expect.arrayContaining(first));
  });

  test('aims load, contention and interruption at what the control run showed', () => {
    const plan = planOf();
    const ids = idsOf(plan, [completed(plan)]);
    expect(ids).toContain('under-load');
    expect(ids).toContain('contention-pre-deploy-2-public.alerts');
    expect(ids).toContain('interruption-pre-deploy-1');
    expect(ids).toContain('compatibility-next-fresh-after-pre-deploy');
    expect(ids).not.toContain('control-traced');
  });

  test('plans a traced run first where a statement committed by itself', () => {
    const plan = planOf();
    const autocommit = [statementOf(1, { transaction: null, statusAfter: 'I', committed: 1 })];
    const control = completed(plan, autocommit);
    const ids = idsOf(plan, [control]);
    expect(ids).toContain('control-traced');
    expect(ids).not.toContain('under-load');
    const traced = controlOf({
      spec: { ...control.spec, id: 'control-traced' as never, scenario: 'control', limits: 'traced' } as never,
      attempts: [
        attemptOf('pre-deploy', [statementOf(1, { transaction: null, locks: [lockOf('public.alerts', 'ShareLock')] })]),
      ],
    });
    expect(idsOf(plan, [control, traced])).toContain('contention-pre-deploy-1-public.alerts');
  });

  test('looks beyond the limits only where they ended the control run', () => {
    const plan = planOf();
    const killed = controlOf({
      outcome: 'failed',
      attempts: [attemptOf('pre-deploy', [], { exitCode: 137, oomKilled: true })],
    });
    expect(idsOf(plan, [killed])).toContain('control-unlimited');
    const failed = controlOf({ outcome: 'failed', attempts: [attemptOf('pre-deploy', [], { exitCode: 1 })] });
    expect(idsOf(plan, [failed])).not.toContain('control-unlimited');
    expect(planRuns(plan, [failed]).complete).toBe(true);
  });

  test('asks the versions on the states that the quiet run had reached before it failed, as far as they gate', () => {
    const plan = planOf({ ...manifestOf(), phases: [phaseOf('expand'), phaseOf('contents', 'after-rollout')] });
    const failed = controlOf({
      outcome: 'failed',
      attempts: [attemptOf('expand', oneTransaction), attemptOf('contents', oneTransaction, { exitCode: 1 })],
      states: [
        at({ kind: 'after', phase: 'expand' }, end),
        at({ kind: 'inside', phase: 'contents', committed: 1 }, stateOf(tables, 'half')),
      ],
    });
    const baseline = { ...failed, spec: { ...baselineSpec(plan) }, outcome: 'not-run' as const };
    expect(planRuns(plan, [failed]).complete).toBe(false);
    const sheet = planRuns(plan, [failed, baseline, { ...baseline, spec: specNamed(plan, [failed, baseline]) }]);
    expect(sheet.runs.map(({ id }) => id)).toEqual([
      'control',
      'compatibility-previous-fresh-before',
      'compatibility-previous-fresh-after-expand',
      'compatibility-next-fresh-after-expand',
    ]);
    expect(sheet.complete).toBe(true);
  });

  test('asks nothing of traffic when the world is stopped, and says so', () => {
    const plan = planOf(manifestOf({ overlap: 'stop-the-world' }));
    const sheet = planRuns(plan, [completed(plan)]);
    expect(sheet.runs.map((run) => run.scenario)).not.toContain('under-load');
    expect(sheet.notTested.map(({ what }) => what)).toContain('traffic and contention');
  });

  test('leaves out what the caller left out, but never the control run', () => {
    const plan = { ...planOf(), only: ['interruption' as const] };
    expect(new Set(planRuns(plan, [completed(plan)]).runs.map((run) => run.scenario))).toEqual(
      new Set(['control', 'interruption']),
    );
  });

  test('waits for the baseline before it plans cells of a running version', () => {
    const plan = planOf();
    const control = completed(plan);
    expect(idsOf(plan, [control])).not.toContain('compatibility-previous-running-after-pre-deploy');
    const baseline = controlOf({
      spec: planRuns(plan, []).runs[1] as RunResult['spec'],
      cells: [
        {
          app: 'previous',
          boot: 'fresh',
          point: { kind: 'before' },
          started: observed(true),
          probes: [{ name: 'acknowledge', outcome: 'pass', detail: '' }],
          again: [{ name: 'acknowledge', outcome: 'fail', detail: '' }],
          sqlErrors: [],
          statements: 3,
          process: null,
          accessLog: [],
          logTail: [],
          stateFingerprint: observed(''),
        },
      ],
    });
    const running = planRuns(plan, [control, baseline]).runs.find(
      (run) => run.id === 'compatibility-previous-running-after-pre-deploy',
    );
    expect(running).toMatchObject({ askOnce: ['acknowledge'], bootsBefore: 'pre-deploy', gates: true });
  });
});

describe('an actor holds its lock', () => {
  const holdOf = (lockTimeout: { ms: number; from: 'server' | 'session' }) => {
    const plan = planOf();
    const statements = [
      statementOf(1),
      statementOf(2, { locks: [lockOf('public.alerts', 'AccessExclusiveLock')], lockTimeout }),
    ];
    const sheet = planRuns(plan, [completed(plan, statements)]);
    const run = sheet.runs.find((candidate): candidate is HeldLockRun => 'holdMs' in candidate);
    const notes = sheet.notTested.filter(({ what }) => what.startsWith('the lock timeout')).length;
    return { holdMs: run?.holdMs, scaled: run?.scaledSettings, notes };
  };

  test.each([
    [
      'as long as production holds where no timeout is in force',
      { ms: 0, from: 'server' },
      { holdMs: 2000, scaled: {}, notes: 0 },
    ],
    ['1.2 times the timeout in force', { ms: 2000, from: 'session' }, { holdMs: 2400, scaled: {}, notes: 0 }],
    [
      'a scaled timeout where the server sets one that does not fit',
      { ms: 30_000, from: 'server' },
      { holdMs: 2400, scaled: { lock_timeout: '2000ms' }, notes: 0 },
    ],
    [
      'only to judge the wait where the session sets one that does not fit, and the report says so',
      { ms: 30_000, from: 'session' },
      { holdMs: 2000, scaled: {}, notes: 1 },
    ],
  ] as const)('%s', (_name, lockTimeout, expected) => {
    expect(holdOf(lockTimeout)).toEqual(expected);
  });
});

test('two relations never share a contention run, whatever their names are', () => {
  const names = ['public.books', 'public.Books', 'public.людей', 'public.домов'];
  const plan = planOf();
  const before = stateOf(names);
  const statements = [
    statementOf(1),
    statementOf(2, { locks: names.map((name) => lockOf(name, 'AccessExclusiveLock')) }),
  ];
  const control = { ...completed(plan, statements), before: observed(before), end: observed(before) };
  const ids = idsOf(plan, [control]).filter((id) => id.startsWith('contention-pre-deploy'));
  expect(new Set(ids).size).toBe(names.length);
});
