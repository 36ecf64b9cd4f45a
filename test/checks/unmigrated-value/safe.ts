import type { ColumnCensus } from '../../../shared/domain/census.ts';
import { observed } from '../../../shared/domain/observed.ts';
import { evidence, mixedId, mixedRun } from '../../support/evidence.ts';

export const sentence = 'Next has a new word for the state of an alert, and the migration has rewritten the old one.';

export const stateColumn = (more: Partial<ColumnCensus> = {}): ColumnCensus => ({
  relation: 'public.alerts',
  column: 'state',
  isDeclared: false,
  values: 3,
  writtenByNext: 1,
  newWithNext: 1,
  left: { values: 0, rows: 0 },
  ...more,
});

export default evidence({ runs: { [mixedId]: () => mixedRun({ census: observed([stateColumn()]) }) } });
