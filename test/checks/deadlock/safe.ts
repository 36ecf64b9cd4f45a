import type { LockParty, LockWait } from '../../../shared/domain/lock.ts';
import { evidence, load } from '../../support/evidence.ts';

export const sentence = 'Transactions of the traffic run into each other, before the migration begins and after it.';

const traffic = (pid: number): LockParty => ({ role: 'traffic', applicationName: 'rehearsal/traffic', pid });
const wait = (waiter: LockParty, blocker: LockParty): LockWait => ({
  startedAtMs: 9_000,
  waitedMs: 1_000,
  waiter,
  blockers: [blocker],
  relation: 'public.alerts',
  mode: 'ExclusiveLock',
});

export default evidence({
  runs: {
    'under-load': (run) => ({
      ...run,
      load: load({ failed: 1, failedBySqlstate: { '40P01': 1 }, baselineFailedBySqlstate: { '40P01': 1 } }),
      lockWaits: [wait(traffic(101), traffic(102)), wait(traffic(102), traffic(101))],
    }),
  },
});
