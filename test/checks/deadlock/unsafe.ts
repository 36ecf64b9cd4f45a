import type { LockParty, LockWait } from '../../../shared/domain/lock.ts';
import { evidence, load } from '../../support/evidence.ts';

export const sentence = 'A transaction of the traffic is cancelled that waited for the migration, which waited for it.';
export const finds = {
  severity: 'blocks',
  scenario: 'under-load',
  phase: 'pre-deploy',
  ordinal: 3,
  relation: 'public.alerts',
  evidence: { victim: 'traffic' },
};

const migration: LockParty = { role: 'migration', applicationName: 'migrate.js', pid: 4711, ordinal: 3 };
const traffic: LockParty = { role: 'traffic', applicationName: 'rehearsal/traffic', pid: 101 };
const wait = (waiter: LockParty, blocker: LockParty, relation: string, startedAtMs: number): LockWait => ({
  startedAtMs,
  waitedMs: 1_000,
  waiter,
  blockers: [blocker],
  relation,
  mode: 'AccessExclusiveLock',
});

export default evidence({
  runs: {
    'under-load': (run) => ({
      ...run,
      load: load({ failed: 1, failedBySqlstate: { '40P01': 1 } }),
      lockWaits: [
        wait(migration, traffic, 'public.alerts', 6_030),
        wait(traffic, migration, 'public.alert_log', 6_040),
      ],
    }),
  },
});
