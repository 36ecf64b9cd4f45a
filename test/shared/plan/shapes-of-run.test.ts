import { describe, expect, test } from 'vitest';
import { parseRunId } from '../../../shared/domain/ids.ts';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { observed, unobserved } from '../../../shared/domain/observed.ts';
import type { QueryShape } from '../../../shared/domain/query-shape.ts';
import type { CompatibilityRun, RunSpec } from '../../../shared/domain/run.ts';
import { assembleEvidence } from '../../../shared/plan/assemble-evidence.ts';
import { runLimits } from '../../../shared/plan/limits.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import { shapesOfRun } from '../../../shared/plan/shapes-of-run.ts';
import { cell, points } from '../../support/evidence-parts.ts';
import {
  at,
  attemptOf,
  controlOf,
  manifestOf,
  phaseOf,
  planOf,
  statementOf,
  stateOf,
} from '../../support/run-results.ts';

const rollback = phaseOf('rollback');
const plan = planOf(manifestOf({ phases: ['a', 'b', 'c', 'd', 'e'].map((name) => phaseOf(name)), rollback }));
const control = controlOf({
  attempts: plan.bundle.manifest.phases.map(({ name }) => attemptOf(name, [statementOf(1, { committed: 1 })])),
  before: observed(stateOf(['public.alerts'])),
  states: plan.bundle.manifest.phases.map(({ name }) =>
    at({ kind: 'after', phase: name }, stateOf(['public.alerts'], name)),
  ),
});
const shapes: readonly QueryShape[] = Array.from({ length: runLimits.queryShapes }, (_, index) => ({
  sql: `SELECT column_${index} FROM alerts`,
  types: [],
  from: 'production',
}));
const told = observed({ shapes, beyondLimit: 0, overlong: 0, unpreparable: [] });
const baseline: RunResult = controlOf({
  spec: planRuns(plan, []).runs[1] as RunSpec,
  cells: [cell('previous', 'fresh', points.before, { shapes: told })],
});
const results = [control, baseline];
const sheet = planRuns(plan, results);
const asking = sheet.runs.filter((spec) => shapesOfRun(spec, results) !== undefined);
const [first] = asking;

describe('the queries that runs prepare', () => {
  test('are those that the baseline told, all of them, for each state and each way back', () => {
    expect(asking.map(({ id }) => id).filter((id) => id.startsWith('compatibility'))).toHaveLength(5);
    expect(asking.map(({ id }) => id).filter((id) => id.startsWith('rollback'))).toHaveLength(5);
    for (const spec of asking) expect(shapesOfRun(spec, results)).toBe(shapes);
    for (const spec of [control.spec, baseline.spec]) expect(shapesOfRun(spec, results)).toBeUndefined();
  });

  test('stand once in all evidence, and on no sheet', () => {
    const runs = [...results, ...asking.map((spec) => controlOf({ spec }))];
    const times = { startedAt: new Date(0), durationMs: 1 };
    const timesIn = (value: unknown) => JSON.stringify(value).split('column_4321 ').length - 1;
    expect(timesIn(assembleEvidence(plan, sheet, runs, times).planned)).toBe(0);
    expect(timesIn(assembleEvidence(plan, sheet, runs, times).runs)).toBe(1);
  });

  test.for<[string, readonly RunResult[]]>([
    ['is not there', [control]],
    ['told nothing', [{ ...baseline, cells: [] }]],
    ['could not look', [{ ...baseline, cells: baseline.cells.map((one) => ({ ...one, shapes: unobserved('gone') })) }]],
  ])('are never fewer because whoever told them %s', ([, runs]) => {
    expect(() => shapesOfRun(first as RunSpec, runs)).toThrow('nobody has them');
  });

  test('are those of an older sheet, which gave each run a copy', () => {
    const { shapesToldBy: _, ...older } = first as CompatibilityRun;
    const copy = shapes.slice(0, 2);
    expect(shapesOfRun({ ...older, shapes: copy }, [])).toBe(copy);
    expect(shapesOfRun({ ...older, id: parseRunId('older') }, [])).toBeUndefined();
  });
});
