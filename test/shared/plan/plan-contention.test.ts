import { expect, test } from 'vitest';
import type { LoadActor } from '../../../shared/domain/bundle.ts';
import type { LockMode } from '../../../shared/domain/lock.ts';
import { observed } from '../../../shared/domain/observed.ts';
import type { ContentionRun } from '../../../shared/domain/run.ts';
import type { StatementObservation } from '../../../shared/domain/statement.ts';
import { chosenHolders } from '../../../shared/plan/choose-holders.ts';
import { runLimits } from '../../../shared/plan/limits.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import {
  attemptOf,
  controlOf,
  lockOf,
  manifestOf,
  phaseOf,
  planOf,
  statementOf,
  stateOf,
} from '../../support/run-results.ts';

const named = (...actors: LoadActor[]) => actors;
const request = (mode: LockMode, waitsForSnapshots = false) => ({ mode, waitsForSnapshots });

test('one holder is tried for each reason to wait, and it says for whom it stands', () => {
  expect(chosenHolders(request('AccessExclusiveLock'), [])).toEqual([
    { holder: 'open-write', standsFor: ['idle-read', 'long-read', 'pg-dump', 'vacuum', 'index-build'] },
  ]);
  expect(chosenHolders(request('ShareLock'), [])).toEqual([{ holder: 'open-write', standsFor: ['vacuum'] }]);
  expect(chosenHolders(request('ShareUpdateExclusiveLock'), [])).toEqual([
    { holder: 'vacuum', standsFor: ['index-build'] },
  ]);
  expect(chosenHolders(request('ShareUpdateExclusiveLock', true), [])).toEqual([
    { holder: 'vacuum', standsFor: ['index-build'] },
    { holder: 'pg-dump', standsFor: ['open-write', 'long-read'] },
  ]);
});

test('actors that the manifest names are tried besides, where they are in the way at all', () => {
  expect(chosenHolders(request('AccessExclusiveLock'), named('pg-dump', 'vacuum', 'long-read'))).toEqual([
    { holder: 'open-write', standsFor: ['idle-read', 'long-read', 'index-build'] },
    { holder: 'pg-dump', standsFor: [] },
    { holder: 'vacuum', standsFor: [] },
  ]);
  expect(chosenHolders(request('ShareUpdateExclusiveLock'), named('pg-dump', 'vacuum'))).toEqual([
    { holder: 'vacuum', standsFor: ['index-build'] },
  ]);
});

function contended(statements: readonly StatementObservation[], tables = ['public.alerts'], phases = ['pre-deploy']) {
  const plan = planOf(manifestOf({ phases: phases.map((name) => phaseOf(name)) }));
  const state = stateOf(tables);
  const control = controlOf({
    attempts: phases.map((name) => attemptOf(name, statements)),
    before: observed(state),
    end: observed(state),
  });
  const sheet = planRuns(plan, [control]);
  const runs = sheet.runs.filter((run): run is ContentionRun => run.scenario === 'contention');
  return { ids: runs.map(({ id }) => id as string), notTested: sheet.notTested.map(({ what }) => what), runs };
}

test('a lock that lets writers pass is put to the test too, and does not hide the stronger one after it', () => {
  const statements = [
    statementOf(1),
    statementOf(2, { locks: [lockOf('public.alerts', 'ShareUpdateExclusiveLock')] }),
    statementOf(3, { locks: [lockOf('public.alerts', 'AccessExclusiveLock')] }),
    statementOf(4, { locks: [lockOf('public.alerts', 'ShareUpdateExclusiveLock')] }),
    statementOf(5, { statusAfter: 'I', committed: 1 }),
  ];
  expect(contended(statements).ids).toEqual([
    'contention-pre-deploy-2-vacuum..public.alerts',
    'contention-pre-deploy-3-public.alerts',
    'contention-second-start-pre-deploy',
  ]);
});

test('the first phase that changes something is started twice, before its first change; the others are told', () => {
  const statements = [
    statementOf(1),
    statementOf(2, { locks: [lockOf('public.ledger', 'RowExclusiveLock')] }),
    statementOf(3, { statusAfter: 'I', committed: 1 }),
  ];
  const { runs, notTested } = contended(statements, ['public.alerts'], ['first', 'second']);
  expect(runs).toMatchObject([{ holder: 'second-start', phase: 'first', ordinal: 2 }]);
  expect(notTested).toContain('second started twice at once');
  expect(contended([statementOf(1)]).ids).toEqual([]);
});

test('what is beyond the limit is told, each holder with its table', () => {
  const tables = Array.from({ length: 11 }, (_, index) => `public.t${index}`);
  const statements = [statementOf(1, { locks: tables.map((name) => lockOf(name, 'AccessExclusiveLock')) })];
  const { ids, notTested } = contended(statements, tables);
  expect(ids).toHaveLength(runLimits.contentionRuns);
  expect(notTested.filter((what) => !what.includes('standby'))).toEqual([
    'a writer that holds public.t9 before statement 1 of pre-deploy',
    'a writer that holds public.t10 before statement 1 of pre-deploy',
  ]);
});
