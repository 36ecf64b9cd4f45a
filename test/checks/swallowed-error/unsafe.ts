import { observed } from '../../../shared/domain/observed.ts';
import {
  aftermath,
  alterAlerts,
  attempt,
  cell,
  contentionId,
  evidence,
  objects,
  points,
  secondFile,
  statement,
} from '../../support/evidence.ts';
import { state } from '../../support/schema.ts';

export const sentence = 'The script catches the lock timeout, writes its ledger row all the same and exits 0.';
export const finds = {
  severity: 'blocks',
  scenario: 'contention',
  phase: 'pre-deploy',
  ordinal: 3,
  file: 'migrations/0023_seen_at.up.sql',
};

const lost = {
  ...alterAlerts,
  transaction: null,
  sqlstate: '55P03',
  message: 'canceling statement due to lock timeout',
};
const end = state([...objects.base, ...objects.notes], ['0022', '0023', '0024']);

export default evidence({
  runs: {
    [contentionId]: (run) => ({
      ...run,
      attempts: [
        attempt({
          statements: [
            lost,
            statement(4, 'INSERT INTO schema_migrations (version) VALUES ($1)', { rows: 1 }),
            ...secondFile,
          ],
        }),
      ],
      end: observed(end),
      aftermath: aftermath([], {
        cells: [cell('previous', 'fresh', points.after), cell('next', 'fresh', points.after)],
        retry: { attempts: [attempt({ attempt: 2, statements: [] })], end: observed(end) },
      }),
    }),
  },
});
