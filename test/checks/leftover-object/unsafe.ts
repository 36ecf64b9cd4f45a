import { observed } from '../../../shared/domain/observed.ts';
import { aftermath, attempt, evidence, objects, statement } from '../../support/evidence.ts';
import { index, state } from '../../support/schema.ts';

export const sentence = 'The crash leaves an invalid index, and the next attempt stops because its name is taken.';
export const finds = {
  severity: 'blocks',
  scenario: 'interruption',
  phase: 'pre-deploy',
  relation: 'public.alerts',
  evidence: { blocksRetry: true },
  remedy: { sql: 'DROP INDEX CONCURRENTLY public.alerts_seen_at_idx;' },
};

const half = index('public.alerts_seen_at_idx', 'public.alerts', { valid: false });
const end = observed(state([...objects.base, objects.seenAt, half], ['0022', '0023']));
const taken = { sqlstate: '42P07', message: 'relation "alerts_seen_at_idx" already exists' };

export default evidence({
  runs: {
    'interruption-pre-deploy-1': (run) => ({
      ...run,
      end,
      aftermath: aftermath([], {
        retry: {
          attempts: [
            attempt({ attempt: 2, exitCode: 1, statements: [statement(1, 'CREATE INDEX CONCURRENTLY', taken)] }),
          ],
          end,
        },
      }),
    }),
  },
});
