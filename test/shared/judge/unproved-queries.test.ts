import { describe, expect, test } from 'vitest';
import type { CellObservation, RunResult } from '../../../shared/domain/observation.ts';
import { observed, unobserved } from '../../../shared/domain/observed.ts';
import type { PreparedShapes, QueryShape, ShapeFailure } from '../../../shared/domain/query-shape.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { compatibilityId, evidence } from '../../support/evidence.ts';

const shape = (sql: string, from: QueryShape['from']): QueryShape => ({ sql, types: [], from });
const refused = (sql: string, from: QueryShape['from'] = 'previous'): ShapeFailure => ({
  ...{ sql, from, sqlstate: '42P01', message: 'relation "alerts" does not exist' },
});
const nothing: PreparedShapes = { tried: 2, failedBefore: [], broken: [], dearer: [] };
const inside = compatibilityId('previous', 'fresh', 'inside');

/** How the two checks that prepare queries end where one state of previous shows this. */
function outcomes(prepared: CellObservation['prepared'], shapes?: readonly QueryShape[]) {
  const looked = (run: RunResult): RunResult => ({
    ...run,
    spec: shapes === undefined ? run.spec : ({ ...run.spec, shapes } as RunResult['spec']),
    cells: run.cells.map(({ prepared: _, ...cell }) => ({ ...cell, ...(prepared && { prepared }) })),
  });
  const { checks } = judge(evidence({ runs: { [inside]: looked } }), { honourWaivers: true });
  return ['broken-query', 'regressed-plan'].map((id) => checks.find((check) => check.id === id)?.outcome);
}

describe('a query that nobody could prepare proves nothing', () => {
  const both = [refused('SELECT a FROM alerts'), refused('SELECT b FROM alerts')];
  const sent = [shape('SELECT a FROM alerts', 'previous'), shape('SELECT b FROM alerts', 'previous')];

  test('where all that previous sends was refused before the migration already', () => {
    expect(outcomes(observed({ ...nothing, failedBefore: both }), sent)).toEqual(['undetermined', 'undetermined']);
    expect(outcomes(observed({ ...nothing, failedBefore: both }))).toEqual(['undetermined', 'undetermined']);
  });

  test('also where a query that only the statistics know could be prepared', () => {
    const known = [...sent, shape('SELECT c FROM teams', 'production')];
    const prepared = observed({ ...nothing, tried: 3, failedBefore: both });
    expect(outcomes(prepared, known)).toEqual(['undetermined', 'undetermined']);
  });

  test('and one that could be prepared does', () => {
    expect(outcomes(observed({ ...nothing, failedBefore: both.slice(1) }), sent)).toEqual(['clear', 'clear']);
    const forgotten = [shape('SELECT a FROM alerts', 'previous'), shape('SELECT c FROM teams', 'production')];
    const prepared = observed({ ...nothing, failedBefore: [refused('SELECT c FROM teams', 'production')] });
    expect(outcomes(prepared, forgotten)).toEqual(['clear', 'clear']);
  });
});

describe('a plan that nobody looked at is not as it was', () => {
  test.for<[string, CellObservation['prepared']]>([
    ['nobody planned', observed({ tried: 2, failedBefore: [], broken: [] })],
    ['nobody prepared', unobserved('the connection was lost')],
    ['nobody looked at all', undefined],
  ])('%s', ([, prepared]) => {
    expect(outcomes(prepared)[1]).toBe('undetermined');
  });
});
