import { observed } from '../../../shared/domain/observed.ts';
import {
  aftermath,
  alterAlerts,
  attempt,
  contentionId,
  evidence,
  firstFile,
  objects,
  secondFile,
  statement,
} from '../../support/evidence.ts';
import { state, trigger } from '../../support/schema.ts';

export const sentence =
  'A trigger was committed before the lock was lost: the command fails loudly and leaves it on the table.';
export const finds = {
  severity: 'blocks',
  scenario: 'contention',
  phase: 'pre-deploy',
  ordinal: 3,
  relation: 'public.alerts',
};

const lost = {
  ...alterAlerts,
  transaction: null,
  sqlstate: '55P03',
  message: 'canceling statement due to lock timeout',
};
const sync = trigger(
  'public.alerts.sync_seen_at',
  'CREATE TRIGGER sync_seen_at BEFORE UPDATE ON public.alerts EXECUTE FUNCTION sync()',
);

export default evidence({
  runs: {
    [contentionId]: (run) => ({
      ...run,
      outcome: 'failed',
      attempts: [attempt({ exitCode: 1, statements: [statement(1, 'CREATE TRIGGER sync_seen_at'), lost] })],
      end: observed(state([...objects.base, sync], ['0022'])),
      aftermath: aftermath([...firstFile, ...secondFile]),
    }),
  },
});
