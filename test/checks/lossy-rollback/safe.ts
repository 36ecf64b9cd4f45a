import { parseRunId } from '../../../shared/domain/ids.ts';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import type { DatabaseState } from '../../../shared/domain/schema.ts';
import { cell, evidence, specBase, states } from '../../support/evidence.ts';
import { point, rollback, rollbackId, rollbackRun } from '../impossible-rollback/safe.ts';

export const sentence = 'Next wrote into the new column, and the rollback copies it to the old one before it goes.';

const counted = (state: DatabaseState, rows: Readonly<Record<string, number>>): DatabaseState => ({
  ...state,
  rowCounts: Object.entries(rows).map(([relation, number]) => ({ relation, rows: number })),
});

/** Walked back after next wrote; so many rows were there before and after. */
export function writtenRun(
  rows: { readonly before: Readonly<Record<string, number>>; readonly after: Readonly<Record<string, number>> },
  more: Partial<RunResult> = {},
): RunResult {
  const id = parseRunId(`${rollbackId}-written`);
  const end = observed(counted(states.before, rows.after));
  return {
    ...rollbackRun(),
    spec: { ...specBase, id, scenario: 'rollback', after: 'pre-deploy', stress: { kind: 'written', askOnce: [] } },
    states: [
      { point: { kind: 'after', phase: 'pre-deploy' }, state: observed(counted(states.after, rows.before)) },
      { point, state: end },
    ],
    end,
    cells: [cell('previous', 'fresh', point, { inRun: id })],
    valuesLost: observed([]),
    ...more,
  };
}

export default evidence({
  manifest: { rollback },
  more: [
    rollbackRun(),
    writtenRun({ before: { 'public.alerts': 12, 'public.notes': 0 }, after: { 'public.alerts': 12 } }),
  ],
});
