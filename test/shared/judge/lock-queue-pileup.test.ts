import { expect, test } from 'vitest';
import type { LockParty, LockWait } from '../../../shared/domain/lock.ts';
import type { StatementObservation } from '../../../shared/domain/statement.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { attempt, evidence, firstFile, load, statement } from '../../support/evidence.ts';

const party = (role: LockParty['role'], pid: number, ordinal?: number): LockParty => ({
  role,
  applicationName: '',
  pid,
  ...(ordinal === undefined ? {} : { ordinal }),
});
const wait = (waiter: LockParty, blockers: readonly LockParty[], waitedMs: number, relation: string): LockWait => ({
  startedAtMs: 6_000,
  waitedMs,
  waiter,
  blockers,
  relation,
  mode: 'RowExclusiveLock',
});
const migration = party('migration', 4711, 3);

test('does not lay at the migration’s door what one of our actors blocks directly', () => {
  const waits = [
    wait(party('traffic', 1), [migration, party('actor', 9)], 9_000, 'public.other'),
    wait(party('traffic', 2), [migration], 2_000, 'public.alerts'),
  ];
  const given = evidence({
    runs: { 'under-load': (run) => ({ ...run, lockWaits: waits, load: load({ blockedMsMax: 2_000 }) }) },
  });
  expect(judge(given).findings).toMatchObject([{ check: 'lock-queue-pileup', ordinal: 3, relation: 'public.alerts' }]);
});

test('says who stands still at once where that is more than waited for locks', () => {
  const summaryWith = (blockedTransactions: number, queueDepthMax: number) => {
    const lockWaits = [wait(party('traffic', 2), [migration], 2_000, 'public.alerts')];
    const measured = load({ blockedMsMax: 2_000, blockedTransactions, queueDepthMax });
    const given = evidence({ runs: { 'under-load': (run) => ({ ...run, lockWaits, load: measured }) } });
    return judge(given).findings[0]?.summary;
  };
  expect(summaryWith(61, 40)).toContain('up to 40 at once;');
  expect(summaryWith(61, 100)).toContain('up to 100 at once, those included that found no free connection;');
});

/** One transaction: locks alerts (ordinal 11), then asks for events (12), then works on (13). */
const within = (ordinal: number, sql: string, more: Partial<StatementObservation> = {}) =>
  statement(ordinal, sql, {
    file: 'migrations/0025_both.up.sql',
    line: ordinal,
    transaction: 3,
    statusAfter: 'T',
    ...more,
  });
const locked = (relation: string) => ({ relation, mode: 'AccessExclusiveLock', heldMs: 40, source: 'held' }) as const;
const both = [
  within(10, 'BEGIN'),
  within(11, 'ALTER TABLE alerts ADD COLUMN note text', { locks: [locked('public.alerts')] }),
  within(12, 'ALTER TABLE events ADD COLUMN note text', { locks: [locked('public.events')] }),
  within(13, 'UPDATE alerts SET note = $1', { locks: [] }),
  within(14, 'COMMIT', { statusAfter: 'I', committed: 3 }),
];
const judgedWith = (lockWaits: readonly LockWait[]) => {
  const attempts = [attempt({ statements: [...firstFile, ...both] })];
  return judge(
    evidence({
      runs: {
        control: (run) => ({ ...run, attempts }),
        'under-load': (run) => ({ ...run, attempts, lockWaits, load: load({ blockedMsMax: 2_000 }) }),
      },
    }),
  ).findings.filter(({ check }) => check === 'lock-queue-pileup');
};

test.each([12, 13])(
  'blames who took the lock, whatever its transaction was at when traffic waited (ordinal %i)',
  (at) => {
    const busy = party('migration', 4711, at);
    const [found, ...more] = judgedWith([
      wait(busy, [party('actor', 9)], 2_000, 'public.events'),
      wait(party('traffic', 2), [busy], 2_000, 'public.alerts'),
    ]);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ ordinal: 11, line: 11, relation: 'public.alerts' });
    expect(found?.summary).toContain('While the migration held its lock and waited at');
  },
);

test('blames who asks for the very relation that traffic waits for', () => {
  const asking = party('migration', 4711, 12);
  const found = judgedWith([
    wait(asking, [party('actor', 9)], 2_000, 'public.events'),
    wait(party('traffic', 2), [asking], 2_000, 'public.events'),
  ]);
  expect(found).toMatchObject([{ ordinal: 12, relation: 'public.events' }]);
  expect(found[0]?.summary).toContain('While its lock request waited for');
});

test('finds the statement in the phase whose session was waited for, where each phase counts from one', () => {
  const [schema, finish] = [4_711, 4_712];
  const attempts = [
    attempt({ statements: firstFile }),
    attempt({
      phase: 'finish',
      statements: [statement(3, 'UPDATE alerts SET note = $1', { backendPid: finish, file: 'later.sql', line: 1 })],
    }),
  ];
  const waits = [
    wait(party('traffic', 2), [party('migration', finish, 3)], 2_000, 'public.alerts'),
    wait(party('traffic', 2), [party('migration', schema, 3)], 20, 'public.alerts'),
    wait(party('migration', schema, 3), [party('traffic', 5)], 20, 'public.alerts'),
  ];
  const given = evidence({
    runs: {
      'under-load': (run) => ({ ...run, attempts, lockWaits: waits, load: load({ blockedMsMax: 2_000 }) }),
    },
  });
  const found = judge(given).findings.filter(({ check }) => check === 'lock-queue-pileup');
  expect(found).toMatchObject([{ phase: 'finish', ordinal: 3, file: 'later.sql', relation: 'public.alerts' }]);
  expect(found[0]?.summary).toContain('While the migration held its lock, ');
});

test('tells how long a transaction stood still in all, where it waited more than once', () => {
  const waits = [700, 800].map((waitedMs) => wait(party('traffic', 2), [migration], waitedMs, 'public.alerts'));
  const given = evidence({
    runs: { 'under-load': (run) => ({ ...run, lockWaits: waits, load: load({ blockedMsMax: 1_500 }) }) },
  });
  const found = judge(given).findings.find(({ check }) => check === 'lock-queue-pileup');
  expect(found?.title).toContain('waits 1.5 s');
});
