import { expect, test } from 'vitest';
import type { LockParty, LockWait } from '../../../shared/domain/lock.ts';
import { deadlocks } from '../../../shared/judge/derive/deadlocks.ts';
import { statementOfParty } from '../../../shared/judge/derive/statement-of-party.ts';
import { attempt, evidence, load, statement } from '../../support/evidence.ts';

const [schema, finish] = [4_711, 4_712];
const attempts = [
  attempt({ phase: 'schema', statements: [statement(3, 'SELECT $1', { backendPid: schema })] }),
  attempt({ phase: 'finish', statements: [statement(3, 'UPDATE alerts SET note = $1', { backendPid: finish })] }),
];
const under = (more: object) => {
  const given = evidence({ runs: { 'under-load': (run) => ({ ...run, attempts, ...more }) } });
  const run = given.runs.find(({ spec }) => spec.id === 'under-load');
  if (run === undefined) throw new Error('there is a run under load');
  return run;
};
const phaseOf = (party: Parameters<typeof statementOfParty>[1], more = {}) =>
  statementOfParty(under(more), party)?.attempt.phase;

test('a session tells in which phase a statement is, where each phase counts from one', () => {
  expect(phaseOf({ pid: schema, ordinal: 3 })).toBe('schema');
  expect(phaseOf({ pid: finish, ordinal: 3 })).toBe('finish');
  expect(phaseOf({ pid: finish })).toBeUndefined();
  expect(phaseOf({ ordinal: 3 }, { fault: { kind: 'lock', phase: 'finish' } })).toBe('finish');
});

test('traffic that loses a deadlock lost it to the phase that it was locked with', () => {
  const party = (role: LockParty['role'], pid: number, more = {}): LockParty => ({
    ...{ role, applicationName: '', pid },
    ...more,
  });
  const [traffic, migration] = [party('traffic', 7), party('migration', finish, { ordinal: 3 })];
  const wait = (waiter: LockParty, blocker: LockParty): LockWait => ({
    ...{ waiter, blockers: [blocker], startedAtMs: 6_000, waitedMs: 900 },
    ...{ relation: 'public.alerts', mode: 'RowExclusiveLock' },
  });
  const lockWaits = [wait(traffic, migration), wait(migration, traffic)];
  const run = under({ lockWaits, load: load({ failed: 1, failedBySqlstate: { '40P01': 1 } }) });
  expect(deadlocks(run)).toMatchObject([{ victim: 'traffic', phase: 'finish', relation: 'public.alerts' }]);
});
