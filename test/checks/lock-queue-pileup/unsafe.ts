import type { LockParty, LockWait } from '../../../shared/domain/lock.ts';
import { contentionId, evidence, load } from '../../support/evidence.ts';

export const sentence =
  'Behind an open transaction the ALTER waits, and behind the ALTER everybody who uses the table.';
export const finds = {
  severity: 'blocks',
  scenario: 'contention',
  phase: 'pre-deploy',
  ordinal: 3,
  relation: 'public.alerts',
  evidence: { waitedMsMax: 3_396 },
};

const migration: LockParty = { role: 'migration', applicationName: 'migrate.js', pid: 4711, ordinal: 3 };
const actor: LockParty = { role: 'actor', applicationName: 'rehearsal/actor', pid: 90 };
const traffic = (pid: number): LockParty => ({ role: 'traffic', applicationName: 'rehearsal/traffic', pid });
const wait = (waiter: LockParty, blocker: LockParty, startedAtMs: number, waitedMs: number): LockWait => ({
  startedAtMs,
  waitedMs,
  waiter,
  blockers: [blocker],
  relation: 'public.alerts',
  mode: waiter.role === 'migration' ? 'AccessExclusiveLock' : 'RowExclusiveLock',
});

export default evidence({
  runs: {
    [contentionId]: (run) => ({
      ...run,
      load: load({ blockedMsMax: 3_396, blockedMs: 280_000, blockedTransactions: 165, queueDepthMax: 160 }),
      lockWaits: [
        wait(migration, actor, 6_030, 3_450),
        wait(traffic(101), migration, 6_084, 3_396),
        wait(traffic(102), traffic(101), 6_104, 3_376),
        wait({ ...actor, pid: 91 }, migration, 6_050, 9_000),
      ],
    }),
  },
});
