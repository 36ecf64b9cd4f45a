import { describe, expect, test } from 'vitest';
import type { AppName, Manifest, Probe } from '../../../shared/domain/bundle.ts';
import type { CellObservation, RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import type { Scenario, StatePoint } from '../../../shared/domain/run.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import { attemptOf, controlOf, lockOf, manifestOf, planOf, statementOf, stateOf } from '../../support/run-results.ts';

const before = {
  ...stateOf(['public.alerts', 'public.notes', 'public.users']),
  rowCounts: [
    { relation: 'public.users', rows: 900 },
    { relation: 'public.notes', rows: 20 },
  ],
};
const statements = [statementOf(1, { locks: [lockOf('public.alerts', 'AccessExclusiveLock')] })];
const control = controlOf({
  attempts: [attemptOf('pre-deploy', statements)],
  before: observed(before),
  end: observed(before),
});

const http = { kind: 'http', steps: [] } as const;
const probe = (name: string, more: Partial<Probe> = {}): Probe => ({
  ...{ name, for: ['previous', 'next'], writes: true, ask: http },
  ...more,
});
const probes = [
  probe('shown', { writes: false }),
  probe('acknowledged'),
  probe('signed up once'),
  probe('new page', { for: ['next'], writes: false }),
  probe('by a program', { ask: { kind: 'command', command: ['node'], dir: '.' } }),
];

/** Every probe passes, and one of them only the first time. */
function baseline(app: AppName): RunResult {
  const point: StatePoint = app === 'previous' ? { kind: 'before' } : { kind: 'after', phase: 'pre-deploy' };
  const outcome = (name: string, again: boolean) => (again && name === 'signed up once' ? 'fail' : 'pass');
  const answers = (again: boolean) =>
    probes.map(({ name }) => ({ name, outcome: outcome(name, again), detail: '' }) as const);
  const cell = {
    app,
    boot: 'fresh',
    point,
    probes: answers(false),
    again: answers(true),
  } as unknown as CellObservation;
  const asked = { app, boot: 'fresh', state: point, gates: true, asksTwice: true, askOnce: [] } as const;
  const { seed, expectedEnds } = control.spec;
  const id = `compatibility-${app}-fresh-baseline` as RunResult['spec']['id'];
  return {
    ...control,
    spec: { id, scenario: 'compatibility', seed, alone: false, expectedEnds, ...asked },
    cells: [cell],
  };
}
const both = [control, baseline('previous'), baseline('next')];

function sheetOf(changes: Partial<Manifest>, results: readonly RunResult[] = both, only?: readonly Scenario[]) {
  const plan = planOf(manifestOf({ steadyMs: 15_000, probes, ...changes }));
  const sheet = planRuns(only === undefined ? plan : { ...plan, only }, results);
  const steady = sheet.runs.flatMap((spec) =>
    spec.scenario === 'under-load' && spec.steady !== undefined ? [spec] : [],
  );
  return { ...sheet, steady };
}

describe('a steady state', () => {
  test('is a pair of equal seeds, each alone, on what the phases touch and on the largest tables', () => {
    const { steady, complete } = sheetOf({});
    const [previous, next] = steady;
    expect(steady.map(({ id }) => id)).toEqual(['steady-before', 'steady-after']);
    expect(previous).toMatchObject({ alone: true, actorsOn: [], steady: { app: 'previous', durationMs: 15_000 } });
    expect(next).toEqual({ ...previous, id: 'steady-after', steady: { ...previous?.steady, app: 'next' } });
    expect(next?.targets.map(({ relation }) => relation)).toEqual(['public.alerts', 'public.users', 'public.notes']);
    expect(complete).toBe(true);
  });

  test('asks requests to both versions that can be repeated', () => {
    expect(sheetOf({}).steady[0]?.steady?.probes).toEqual(['shown', 'acknowledged']);
  });

  test('waits for the baselines of both versions, which tell what can be repeated', () => {
    const early = sheetOf({}, [control, baseline('previous')]);
    expect(early).toMatchObject({ steady: [], complete: false });
  });

  test('asks only what writes nothing where nobody looks what can be repeated', () => {
    const { steady, complete } = sheetOf({}, [control], ['control', 'under-load']);
    expect(steady[0]?.steady?.probes).toEqual(['shown']);
    expect(complete).toBe(true);
  });

  test('lasts at least ten seconds, and says so', () => {
    const { steady, notTested } = sheetOf({ steadyMs: 2_000 });
    expect(steady.map((spec) => spec.steady?.durationMs)).toEqual([10_000, 10_000]);
    expect(notTested.map(({ what }) => what)).toContain('a steady state of only 2000 ms');
  });

  test('is looked at where the world is stopped for the deployment, too: it goes on afterwards', () => {
    const { runs, steady } = sheetOf({ overlap: 'stop-the-world' });
    expect(steady).toHaveLength(2);
    expect(runs.filter(({ scenario }) => scenario === 'under-load')).toHaveLength(2);
  });

  test('is not looked at where nobody asked for it, or the caller left it out', () => {
    expect(sheetOf({ steadyMs: 0 }).steady).toEqual([]);
    expect(sheetOf({}, both, ['control', 'compatibility']).steady).toEqual([]);
  });
});
