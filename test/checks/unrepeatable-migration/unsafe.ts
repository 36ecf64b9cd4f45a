import { observed } from '../../../shared/domain/observed.ts';
import { aftermath, alterAlerts, attempt, evidence, firstFile, states } from '../../support/evidence.ts';

export const sentence = 'Run again after the crash, the command stops at a column that it made itself.';
export const finds = {
  severity: 'blocks',
  scenario: 'interruption',
  phase: 'pre-deploy',
  file: 'migrations/0023_seen_at.up.sql',
};

const refused = {
  ...alterAlerts,
  sqlstate: '42701',
  message: 'column "seen_at" of relation "alerts" already exists',
  statusAfter: 'E',
} as const;

export default evidence({
  runs: {
    'interruption-pre-deploy-1': (run) => ({
      ...run,
      aftermath: aftermath([], {
        retry: {
          attempts: [attempt({ attempt: 2, exitCode: 1, statements: [...firstFile.slice(0, 2), refused] })],
          end: observed(states.inside),
        },
      }),
    }),
  },
});
