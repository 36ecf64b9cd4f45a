import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { stateFingerprint } from '../../../shared/plan/state-fingerprint.ts';
import { libraryApp, libraryBundle, twoApps, withPg } from '../../support/contract-bundles.ts';
import { type LabBundle, migration, openScenarioLab, type ScenarioLab, statementsOf } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const fingerprint = ({ end }: { readonly end: RunResult['end'] }): string =>
  end.seen ? stateFingerprint(end.value) : end.why;

const apps = { 'previous/app.js': libraryApp('SELECT 1 AS one'), 'next/app.js': libraryApp('SELECT 1 AS one') };

test('an interruption in a later phase kills its command after the commit; the retry ends where the quiet run does', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      {
        migrate: [
          { name: 'first', sql: ['first/*.sql'] },
          { name: 'second', sql: ['second/*.sql'] },
        ],
        apps: twoApps,
        probes: [{ name: 'it answers', request: { path: '/' } }],
      },
      {
        ...apps,
        'package.json': withPg,
        'first/1.sql': 'CREATE TABLE shelves (id int);\n',
        'second/2.sql': 'ALTER TABLE books ADD COLUMN shelf text;\n',
        'second/3.sql': 'CREATE INDEX books_shelf ON books (shelf);\n',
      },
    ),
  );
  const control = await bundle.control();
  const traced = await bundle.planned('control-traced', [control]);
  const run = await bundle.planned('interruption-second-1', [control, traced]);
  expect(run).toMatchObject({ outcome: 'failed', weaknesses: [], fault: { met: true, moment: 'after' } });
  expect(run.attempts.map(({ phase, killedByUs, exitCode }) => [phase, killedByUs, exitCode])).toEqual([
    ['first', false, 0],
    ['second', true, 137],
  ]);
  const last = statementsOf(run, 'second').at(-1);
  expect([last?.ordinal, last?.committed]).toEqual([run.fault?.ordinal, 1]);
  const quiet = control.states.find(({ point }) => point.kind === 'inside' && point.phase === 'second');
  expect(quiet?.state.seen && stateFingerprint(quiet.state.value)).toBe(fingerprint(run));
  expect(fingerprint(run)).not.toBe(fingerprint(control));
  const { retry, cells, previousStarts } = run.aftermath ?? {};
  expect(retry?.attempts.map(({ phase, attempt, exitCode }) => [phase, attempt, exitCode])).toEqual([['second', 2, 0]]);
  expect(retry && fingerprint(retry)).toBe(fingerprint(control));
  // The quiet run passed this state: there both are asked, here one that starts is enough.
  expect(previousStarts).toEqual({ seen: true, value: true });
  expect(cells?.map(({ app, probes }) => [app, probes[0]?.outcome])).toEqual([['previous', 'pass']]);
});

test('a retry that finds what the killed attempt left fails, and is told so', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      { migrate: [{ name: 'pre-deploy', sql: ['migrations/*.sql'], transaction: 'none' }] },
      { 'migrations/1.sql': 'CREATE TABLE shelves (id int);\nCREATE TABLE rooms (id int);\n' },
    ),
  );
  const control = await bundle.control();
  const traced = await bundle.planned('control-traced', [control]);
  const run = await bundle.planned('interruption-pre-deploy-2', [control, traced]);
  expect(run.aftermath?.retry?.attempts).toMatchObject([{ exitCode: 1, attempt: 2 }]);
  const refused = run.aftermath?.retry?.attempts[0]?.statements.find(({ sqlstate }) => sqlstate !== undefined);
  expect(refused).toMatchObject({ sqlstate: '42P07', message: 'relation "shelves" already exists' });
});

const lockingBundle = (sql: string, more: object = {}): Promise<LabBundle> =>
  lab.bundle(
    libraryBundle({ load: { rate: '60/s', duration: '1s', hold: '1500ms' }, ...more }, { 'migrations/1.sql': sql }),
  );

test('a statement without a timeout meets the held lock and waits it out while the traffic queues behind it', async () => {
  const bundle = await lockingBundle('ALTER TABLE books ADD COLUMN shelf text;\n');
  const control = await bundle.control();
  const traced = await bundle.planned('control-traced', [control]);
  const alter = statementsOf(control).find(({ sql }) => sql.startsWith('ALTER'));
  const run = await bundle.planned(`contention-pre-deploy-${alter?.ordinal}-public.books`, [control, traced]);
  expect(run).toMatchObject({ outcome: 'completed', fault: { met: true, relation: 'public.books' } });
  expect(run.fault?.heldMs).toBeGreaterThanOrEqual(1_500);
  const waited = statementsOf(run).find(({ ordinal }) => ordinal === alter?.ordinal);
  expect(waited?.waitedMs).toBeGreaterThan(1_000);
  expect(run.load?.blockedMsMax).toBeGreaterThan(1_000);
  expect(run.load?.queueDepthMax).toBeGreaterThan(5);
  expect(
    run.lockWaits.some(({ waiter, blockers }) => waiter.role === 'traffic' && blockers[0]?.role === 'migration'),
  ).toBe(true);
  expect(fingerprint(run)).toBe(fingerprint(control));
  expect(run.aftermath).toBeUndefined();
});

test('a lock timeout strikes, and what the failed command left is run again', async () => {
  const bundle = await lockingBundle("SET LOCAL lock_timeout = '400ms';\nALTER TABLE books ADD COLUMN shelf text;\n");
  const control = await bundle.control();
  const traced = await bundle.planned('control-traced', [control]);
  const alter = statementsOf(control).find(({ sql }) => sql.startsWith('ALTER'));
  expect(alter?.lockTimeout).toEqual({ ms: 400, from: 'session' });
  const run = await bundle.planned(`contention-pre-deploy-${alter?.ordinal}-public.books`, [control, traced]);
  expect(run).toMatchObject({ outcome: 'failed', attempts: [{ exitCode: 1 }], fault: { met: true } });
  expect(statementsOf(run).find(({ ordinal }) => ordinal === alter?.ordinal)?.sqlstate).toBe('55P03');
  expect(run.aftermath?.retry && fingerprint(run.aftermath.retry)).toBe(fingerprint(control));
});

test('traffic reaches what it was planned to write, also on a table that only a concurrent index build locks', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      {
        migrate: [{ name: 'pre-deploy', command: ['node', 'index.js'] }],
        load: { rate: '60/s', duration: '1s', hold: '300ms', actors: ['long-read'] },
      },
      {
        'package.json': withPg,
        'index.js': migration("await client.query('CREATE INDEX CONCURRENTLY books_title ON books (title)');"),
      },
    ),
  );
  const control = await bundle.control();
  const traced = await bundle.planned('control-traced', [control]);
  const run = await bundle.planned('under-load', [control, traced]);
  expect(run.outcome).toBe('completed');
  const [books] = run.load?.coverage ?? [];
  expect(books?.relation).toBe('public.books');
  expect(books?.planned).toBeGreaterThan(100);
  expect(books?.seen).toBeGreaterThanOrEqual((books?.planned ?? 0) * 0.8);
  expect(run.load?.failedBySqlstate).toEqual({});
  expect(fingerprint(run)).toBe(fingerprint(control));
});

test('from the end of the last before-rollout phase the statements of both versions arrive', async () => {
  const journal = (version: string) => ({ for: version, sql: `INSERT INTO journal_of_${version} VALUES ($seq)` });
  const bundle = await lab.bundle(
    libraryBundle(
      { load: { rate: '100/s', duration: '1s', statements: [journal('previous'), journal('next')], actors: [] } },
      {
        'seed.sql': 'CREATE TABLE journal_of_previous (n bigint);\nCREATE TABLE journal_of_next (n bigint);\n',
        'migrations/1.sql': 'CREATE TABLE shelves (id int);\n',
      },
    ),
  );
  const control = await bundle.control();
  const traced = await bundle.planned('control-traced', [control]);
  const run = await bundle.planned('under-load', [control, traced]);
  const planned = new Map(run.load?.coverage.map(({ relation, planned: writes }) => [relation, writes]));
  const next = planned.get('public.journal_of_next') ?? 0;
  // 300 arrivals follow the phase; were they all of next, previous would have fallen silent too early.
  expect(next).toBeGreaterThan(0);
  expect(next).toBeLessThan(250);
  expect(planned.get('public.journal_of_previous')).toBeGreaterThan(500);
});
