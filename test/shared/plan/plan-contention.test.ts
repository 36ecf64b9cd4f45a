import { expect, test } from 'vitest';
import type { LoadActor } from '../../../shared/domain/bundle.ts';
import type { LockMode } from '../../../shared/domain/lock.ts';
import { observed, unobserved } from '../../../shared/domain/observed.ts';
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

test('each phase that changes something is started twice, before its first change; those beyond the limit are told', () => {
  const statements = [
    statementOf(1),
    statementOf(2, { locks: [lockOf('public.ledger', 'RowExclusiveLock')] }),
    statementOf(3, { statusAfter: 'I', committed: 1 }),
  ];
  const { runs, notTested } = contended(statements, ['public.alerts'], ['one', 'two', 'three', 'four', 'five']);
  const places = ['one', 'two', 'three', 'four'].map((phase) => ({ holder: 'second-start', phase, ordinal: 2 }));
  expect(runs).toMatchObject(places);
  expect(notTested).toContain('five started twice at once');
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

const touching = (relation: string, fromPage = 0) => observed([{ relation, fromPage }]);
const rowRuns = (statements: readonly StatementObservation[], tables = ['public.alerts', 'public.notes']) =>
  contended(statements, tables).runs.filter(({ holder }) => holder === 'row-write');

test('rows that a statement is the first of its transaction to write are held before it, with the traffic elsewhere', () => {
  const statements = [
    statementOf(1, { locks: [lockOf('public.notes', 'AccessExclusiveLock')] }),
    statementOf(2, { locks: [lockOf('public.alerts', 'RowExclusiveLock')], touched: touching('public.alerts', 7) }),
    statementOf(3, { touched: touching('public.alerts') }),
    statementOf(4, { statusAfter: 'I', committed: 1 }),
  ];
  expect(rowRuns(statements)).toMatchObject([
    {
      id: 'contention-pre-deploy-2-row-write..public.alerts',
      ordinal: 2,
      holds: 'RowShareLock',
      rows: { fromPage: 7, rowsMax: runLimits.heldRows },
      targets: [{ relation: 'public.notes' }],
    },
  ]);
});

test('rows of a table that the transaction has to itself, of a ledger or of its own tables are held by nobody', () => {
  const own = [
    statementOf(1, { locks: [lockOf('public.alerts', 'AccessExclusiveLock')], touched: touching('public.alerts') }),
    statementOf(2, { touched: touching('public.made_here') }),
    statementOf(3, { statusAfter: 'I', committed: 1 }),
  ];
  expect(rowRuns(own)).toEqual([]);
});

test('a batch that is sent a thousand times meets held rows once', () => {
  const batch = (ordinal: number) =>
    statementOf(ordinal, {
      sql: 'UPDATE alerts',
      transaction: ordinal,
      statusAfter: 'I',
      committed: ordinal,
      touched: touching('public.alerts'),
    });
  expect(rowRuns([batch(1), batch(2), batch(3)]).map(({ ordinal }) => ordinal)).toEqual([1]);
});

test('held rows that the statement passed by, and rows that the WAL could not name, are not tested', () => {
  const statements = [
    statementOf(1, { locks: [lockOf('public.alerts', 'RowExclusiveLock')], touched: touching('public.alerts') }),
    statementOf(2, { locks: [lockOf('public.notes', 'RowExclusiveLock')], touched: unobserved('no WAL') }),
    statementOf(3, { statusAfter: 'I', committed: 1 }),
  ];
  const state = stateOf(['public.alerts', 'public.notes']);
  const control = controlOf({
    attempts: [attemptOf('pre-deploy', statements)],
    before: observed(state),
    end: observed(state),
  });
  const [spec] = planRuns(planOf(), [control]).runs.filter(({ id }) => id.includes('row-write'));
  if (spec === undefined) throw new Error('nobody holds rows');
  const fault = { kind: 'lock', phase: 'pre-deploy', ordinal: 1, moment: 'before', met: false } as const;
  const { notTested } = planRuns(planOf(), [control, { ...controlOf({ fault }), spec }]);
  expect(notTested.map(({ what }) => what)).toEqual(
    expect.arrayContaining([
      'a writer that holds rows of public.alerts before statement 1 of pre-deploy',
      'rows of public.notes that pre-deploy writes, locked by somebody for longer than its lock timeout',
    ]),
  );
});

test('a table that an earlier phase made is others’ too by the time a later one locks it', () => {
  const before = stateOf(['public.alerts']);
  const expanded = stateOf(['public.alerts', 'public.alert_events']);
  const lock = (ordinal: number) =>
    statementOf(ordinal, { locks: [lockOf('public.alert_events', 'AccessExclusiveLock')] });
  const control = controlOf({
    attempts: [attemptOf('pre-deploy', [lock(1)]), attemptOf('post-deploy', [lock(2)])],
    states: [
      { point: { kind: 'after', phase: 'pre-deploy' }, state: observed(expanded) },
      { point: { kind: 'after', phase: 'post-deploy' }, state: observed(expanded) },
    ],
    before: observed(before),
    end: observed(expanded),
  });
  const phases = [phaseOf('pre-deploy'), phaseOf('post-deploy', 'after-rollout')];
  const ids = planRuns(planOf(manifestOf({ phases })), [control]).runs.map(({ id }) => `${id}`);
  expect(ids.filter((id) => id.startsWith('contention') && !id.includes('second-start'))).toEqual([
    'contention-post-deploy-2-public.alert-events',
  ]);
});

test('what a tool keeps for itself is nobody else’s, though an earlier phase made it', () => {
  const { ledgers: _, ...tables } = stateOf(['public.alerts', 'public.tool_versions']);
  const made = { ...tables, ledgers: [{ relation: 'public.tool_versions', tool: 'knex', entries: [] }] };
  const locks = [lockOf('public.tool_versions', 'AccessExclusiveLock')];
  const control = controlOf({
    attempts: [attemptOf('pre-deploy', [statementOf(1)]), attemptOf('post-deploy', [statementOf(2, { locks })])],
    states: [{ point: { kind: 'after', phase: 'pre-deploy' }, state: observed(made) }],
    before: observed(stateOf(['public.alerts'])),
    end: observed(made),
  });
  const phases = [phaseOf('pre-deploy'), phaseOf('post-deploy', 'after-rollout')];
  const ids = planRuns(planOf(manifestOf({ phases })), [control]).runs.map(({ id }) => `${id}`);
  expect(ids.filter((id) => id.includes('tool-versions'))).toEqual([]);
});
