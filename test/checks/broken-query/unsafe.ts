import type { CellObservation, RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import { compatibilityId, evidence } from '../../support/evidence.ts';

export const sentence = 'A monthly export still reads the column that the first file drops, and no probe leads to it.';
export const finds = {
  severity: 'blocks',
  scenario: 'compatibility',
  phase: 'pre-deploy',
  app: 'previous',
  state: 'after pre-deploy #1',
  file: 'migrations/0023_seen_at.up.sql',
  title: '1 query of production can no longer be prepared on the state “after pre-deploy #1”',
};

const sql = 'SELECT state, count(*) FROM alerts WHERE id > $1 GROUP BY state';
const broken = [{ sql, sqlstate: '42703', message: 'column "state" does not exist', from: 'production' as const }];
const prepared: CellObservation['prepared'] = observed({ tried: 4, failedBefore: [], broken });
const cannot = (run: RunResult): RunResult => ({ ...run, cells: run.cells.map((cell) => ({ ...cell, prepared })) });

export default evidence({
  runs: {
    [compatibilityId('previous', 'fresh', 'inside')]: cannot,
    [compatibilityId('previous', 'fresh', 'after')]: cannot,
  },
});
