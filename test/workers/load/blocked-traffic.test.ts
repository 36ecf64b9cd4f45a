import { expect, test } from 'vitest';
import type { LockParty, LockWait } from '../../../shared/domain/lock.ts';
import { blockedTraffic } from '../../../workers/load/blocked-traffic.ts';

const party = (role: LockParty['role'], pid: number): LockParty => ({ role, pid, applicationName: role });
const migration = party('migration', 1);
const actor = party('actor', 2);
const traffic = (pid: number) => party('traffic', pid);

const wait = (waiter: LockParty, blockers: readonly LockParty[], fromMs: number, toMs: number): LockWait => ({
  startedAtMs: fromMs,
  waitedMs: toMs - fromMs,
  waiter,
  blockers,
  relation: 'public.t',
  mode: 'RowExclusiveLock',
});

test('waits behind the migration count, also through others that wait for it', () => {
  const waits = [
    wait(migration, [actor], 0, 1000),
    wait(traffic(10), [migration], 100, 1000),
    wait(traffic(11), [traffic(10)], 200, 1010),
  ];
  expect(blockedTraffic(waits)).toEqual({
    blockedMs: 900 + 810,
    blockedMsMax: 900,
    blockedTransactions: 2,
    queueDepthMax: 2,
  });
});

test('waits behind our actors only, and the migration waiting itself, do not count', () => {
  const waits = [wait(migration, [actor], 0, 500), wait(traffic(10), [actor], 0, 500)];
  expect(blockedTraffic(waits)).toEqual({ blockedMs: 0, blockedMsMax: 0, blockedTransactions: 0, queueDepthMax: 0 });
});

test('a chain counts only where its waits overlap in time', () => {
  const waits = [wait(traffic(10), [migration], 0, 100), wait(traffic(11), [traffic(10)], 500, 600)];
  expect(blockedTraffic(waits)).toMatchObject({ blockedTransactions: 1, blockedMs: 100 });
});

test('traffic that blocks itself in a circle comes to an end', () => {
  const waits = [wait(traffic(10), [traffic(11)], 0, 100), wait(traffic(11), [traffic(10)], 0, 100)];
  expect(blockedTraffic(waits).blockedTransactions).toBe(0);
});

test('several waits of one transaction are one longer wait', () => {
  const waits = [0, 200].map((from) => ({
    ...wait(traffic(10), [migration], from, from + 100),
    transactionStartedAtMs: -5,
  }));
  expect(blockedTraffic(waits)).toMatchObject({ blockedMsMax: 200, blockedTransactions: 1, queueDepthMax: 1 });
});

test('time in which we held the migration is not its own', () => {
  const waits = [wait(traffic(10), [migration], 100, 400), wait(traffic(11), [migration], 150, 250)];
  expect(blockedTraffic(waits, [{ fromMs: 120, toMs: 300 }])).toMatchObject({
    blockedMs: 120,
    blockedMsMax: 120,
    blockedTransactions: 1,
  });
});
