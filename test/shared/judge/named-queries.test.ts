import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../shared/domain/finding.ts';
import type { CellObservation, Evidence, RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import type { PreparedShapes, QueryShape } from '../../../shared/domain/query-shape.ts';
import type { RunSpec } from '../../../shared/domain/run.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { compatibilityId, evidence } from '../../support/evidence.ts';

const shapes: readonly QueryShape[] = [
  { sql: 'SELECT a FROM alerts', types: [], from: 'previous' },
  { sql: 'SELECT b FROM alerts', types: [], from: 'production' },
  { sql: 'SELECT c FROM alerts', types: [], from: 'previous' },
  { sql: 'SELECT d FROM alerts', types: [], from: 'previous' },
];
const refusal = { sqlstate: '42703', message: 'column does not exist' };
const cost = { before: 8, now: 21_500 };
const named: PreparedShapes = {
  tried: 4,
  failedBefore: [{ shape: 3, ...refusal }],
  broken: [{ shape: 1, ...refusal }],
  dearer: [{ shape: 2, ...cost }],
};
const textOf = (index: number) => {
  const { sql = '', from = 'previous' } = shapes[index] ?? {};
  return { sql, from };
};
/** As it was before shapes were told by their places. */
const repeated: PreparedShapes = {
  tried: 4,
  failedBefore: [{ ...textOf(3), ...refusal }],
  broken: [{ ...textOf(1), ...refusal }],
  dearer: [{ ...textOf(2), ...cost }],
};

const baselineId = compatibilityId('previous', 'fresh', 'before');
const inside = compatibilityId('previous', 'fresh', 'inside');
const tells = (run: RunResult): RunResult => ({
  ...run,
  cells: run.cells.map(({ prepared: _, ...cell }) => ({
    ...cell,
    shapes: observed({ shapes, beyondLimit: 0, overlong: 0, unpreparable: [] }),
  })),
});
const prepares =
  (spec: object, prepared: PreparedShapes) =>
  (run: RunResult): RunResult => ({
    ...run,
    spec: { ...run.spec, ...spec } as RunSpec,
    cells: run.cells.map((cell): CellObservation => ({ ...cell, prepared: observed(prepared) })),
  });
const seen = (spec: object, prepared: PreparedShapes): Evidence =>
  evidence({ runs: { [baselineId]: tells, [inside]: prepares(spec, prepared) } });
const judged = (of: Evidence) => judge(of, { honourWaivers: true });
const found = (of: Evidence, id: string): Finding | undefined => judged(of).findings.find(({ check }) => check === id);

describe('a query that is told by its place', () => {
  const byPlace = seen({ shapesToldBy: baselineId }, named);

  test('is found with its text', () => {
    expect(found(byPlace, 'broken-query')).toMatchObject({
      severity: 'blocks',
      summary: expect.stringContaining('42703 for “SELECT b FROM alerts” (production runs it'),
    });
    expect(found(byPlace, 'regressed-plan')?.summary).toContain('“SELECT c FROM alerts” 8 before and 21500 now');
  });

  test('is found as where older evidence repeated it', () => {
    const older = judged(seen({ shapes }, repeated));
    expect(judged(byPlace)).toEqual(older);
    expect(older.findings.map(({ check }) => check)).toContain('broken-query');
  });

  test('proves nothing where all that previous sends was refused before', () => {
    const failedBefore = [0, 2, 3].map((shape) => ({ shape, ...refusal }));
    const { checks } = judged(seen({ shapesToldBy: baselineId }, { ...named, failedBefore, broken: [] }));
    expect(checks.find(({ id }) => id === 'broken-query')?.outcome).toBe('undetermined');
  });

  test('is never passed over where there is none at its place', () => {
    const { checks } = judged(seen({ shapesToldBy: baselineId }, { ...named, broken: [{ shape: 4, ...refusal }] }));
    expect(checks.find(({ id }) => id === 'broken-query')?.outcome).toBe('broken');
  });
});
