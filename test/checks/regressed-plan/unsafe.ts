import type { CellObservation } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import { compatibilityId, evidence } from '../../support/evidence.ts';

export const sentence = 'The first file drops the index by which alerts are found.';
export const finds = {
  severity: 'warns',
  scenario: 'compatibility',
  phase: 'pre-deploy',
  app: 'previous',
  state: 'after pre-deploy #1',
};

const dearer = [{ sql: 'SELECT id FROM alerts WHERE state = $1', before: 8.4, now: 21_500, from: 'previous' as const }];
const prepared: CellObservation['prepared'] = observed({ tried: 4, failedBefore: [], broken: [], dearer });

export default evidence({
  runs: {
    [compatibilityId('previous', 'fresh', 'inside')]: (run) => ({
      ...run,
      cells: run.cells.map((cell) => ({ ...cell, prepared })),
    }),
  },
});
