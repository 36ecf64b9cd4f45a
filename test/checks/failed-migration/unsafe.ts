import { observed } from '../../../shared/domain/observed.ts';
import { aftermath, alterAlerts, attempt, evidence, firstFile, states } from '../../support/evidence.ts';

export const sentence = 'Production has duplicates that no test database has, and the index refuses them.';
export const finds = {
  severity: 'blocks',
  scenario: 'control',
  phase: 'pre-deploy',
  ordinal: 3,
  file: 'migrations/0023_seen_at.up.sql',
  line: 1,
};

const refused = {
  ...alterAlerts,
  sqlstate: '23505',
  message: 'could not create unique index "alerts_key"',
  statusAfter: 'E',
} as const;
const failed = attempt({ exitCode: 1, statements: [...firstFile.slice(0, 2), refused] });

export default evidence({
  unplanned: (id) => id !== 'control' && id !== 'compatibility-previous-fresh-before',
  runs: {
    control: (run) => ({
      ...run,
      outcome: 'failed',
      attempts: [failed],
      states: [],
      end: observed(states.before),
      aftermath: aftermath([], { retry: { attempts: [{ ...failed, attempt: 2 }], end: observed(states.before) } }),
    }),
  },
});
