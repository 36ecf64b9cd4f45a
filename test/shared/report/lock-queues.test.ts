import { describe, expect, it } from 'vitest';
import type { LockParty, LockWait } from '../../../shared/domain/lock.ts';
import { lockQueues } from '../../../shared/report/lock-queues.ts';
import { queueWords } from '../../../shared/report/phrases.ts';
import { statement } from '../../support/evidence.ts';

const party = (role: LockParty['role'], pid: number, more: Partial<LockParty> = {}): LockParty => ({
  ...{ role, applicationName: role, pid },
  ...more,
});
const migration = party('migration', 1, { ordinal: 3 });
const reader = party('actor', 2);
const wait = (waiter: LockParty, blockers: readonly LockParty[], startedAtMs: number, waitedMs: number): LockWait => ({
  ...{ waiter, blockers, startedAtMs, waitedMs },
  relation: 'public.orders',
  mode: 'AccessShareLock',
});

describe('who stood behind whom', () => {
  it('leads a queue of traffic to the statement that all of it waits for, and that one to its own reason', () => {
    const [first, second] = [party('traffic', 10), party('traffic', 11)];
    const queues = lockQueues([
      wait(migration, [reader], 1000, 2000),
      wait(first, [migration], 1100, 1900),
      // It stands behind the other traffic, which stands behind the migration.
      wait(second, [first], 1200, 1800),
    ]);
    expect(queues.map(({ waiter, behind, waits }) => ({ waiter, behind, waits }))).toEqual([
      { waiter: { role: 'traffic' }, behind: { role: 'migration', ordinal: 3 }, waits: 2 },
      { waiter: { role: 'migration', ordinal: 3 }, behind: { role: 'actor' }, waits: 1 },
    ]);
    expect(queues[0]).toMatchObject({ relation: 'public.orders', longestMs: 1900, atOnce: { fromMs: 1100 } });
  });

  it('tells statements of several phases apart, each of which counts from one', () => {
    const finish = party('migration', 5, { ordinal: 3 });
    const waits = [wait(party('traffic', 10), [migration], 0, 100), wait(party('traffic', 11), [finish], 900, 50)];
    const attempts = [
      { phase: 'schema', statements: [statement(3, 'SELECT $1', { backendPid: 1 })] },
      { phase: 'finish', statements: [statement(3, 'SELECT $1', { backendPid: 5 })] },
    ];
    expect(lockQueues(waits, attempts).map(queueWords)).toEqual([
      'traffic waits behind statement 3 of schema for public.orders',
      'traffic waits behind statement 3 of finish for public.orders',
    ]);
    expect(lockQueues(waits, attempts.slice(0, 1)).map(queueWords)).toEqual([
      'traffic waits behind statement 3 of the migration for public.orders',
    ]);
  });

  it('keeps apart what waits for us from what waits for the migration', () => {
    const queues = lockQueues([
      wait(migration, [reader], 0, 500),
      wait(party('traffic', 10), [migration, reader], 10, 100),
      wait(party('traffic', 11), [migration], 10, 50),
    ]);
    expect(queues.map(({ waiter, behind }) => `${waiter.role} ${behind.role}`)).toEqual([
      'migration actor',
      'traffic actor',
      'traffic migration',
    ]);
  });

  it('names traffic where a circle of it waits for itself, and where the migration waits for an open transaction of it', () => {
    const [left, right] = [party('traffic', 10), party('traffic', 11)];
    const queues = lockQueues([wait(left, [right], 0, 40), wait(right, [left], 0, 40), wait(migration, [left], 0, 30)]);
    expect(queues.map(({ waiter, behind }) => `${waiter.role} ${behind.role}`)).toEqual([
      'traffic traffic',
      'migration traffic',
    ]);
  });

  it('counts those that wait at the same time, step by step', () => {
    const traffic = (pid: number, fromMs: number, forMs: number) =>
      wait(party('traffic', pid), [migration], fromMs, forMs);
    const [queue] = lockQueues([
      traffic(10, 1000, 120),
      traffic(11, 1010, 20),
      traffic(12, 1030, 10),
      traffic(13, 1110, 90),
    ]);
    // The one that leaves at 1030 makes room for the one that comes then.
    expect(queue?.atOnce).toEqual({ fromMs: 1000, stepMs: 50, most: [2, 1, 2, 1] });
    const long = lockQueues(Array.from({ length: 500 }, (_, n) => traffic(100 + n, n * 40, 1000)))[0]?.atOnce;
    expect(long?.most.length).toBeLessThanOrEqual(40);
    expect(Math.max(...(long?.most ?? []).map(Number))).toBe(25);
  });

  it('tells the four that cost most', () => {
    const many = Array.from({ length: 9 }, (_, n) =>
      wait(party('migration', 1, { ordinal: n + 1 }), [reader], n * 1000, 10 * (n + 1)),
    );
    expect(lockQueues(many).map(({ waiter }) => waiter.ordinal)).toEqual([9, 8, 7, 6]);
  });
});
