import type { CellObservation } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import { compatibilityId, evidence } from '../../support/evidence.ts';

export const sentence = 'A small table is read from end to end, and a large one costs twice as much.';

const dearer = [
  { sql: 'SELECT id FROM alerts WHERE state = $1', before: 8.4, now: 210, from: 'previous' as const },
  { sql: 'SELECT count(*) FROM alerts', before: 20_000, now: 41_000, from: 'previous' as const },
];
const prepared: CellObservation['prepared'] = observed({ tried: 4, failedBefore: [], broken: [], dearer });

export default evidence({
  runs: {
    [compatibilityId('previous', 'fresh', 'inside')]: (run) => ({
      ...run,
      cells: run.cells.map((cell) => ({ ...cell, prepared })),
    }),
  },
});
