import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Evidence } from '../../../shared/domain/observation.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { libraryApp, libraryBundle, twoApps, withPg } from '../../support/contract-bundles.ts';
import { openScenarioLab, type ScenarioLab } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const app = libraryApp('SELECT title FROM books LIMIT 1');

/** A column is added, then filled by a trigger; the way back is given. */
const withRollback = (rollback: string) =>
  libraryBundle(
    {
      apps: twoApps,
      probes: [{ name: 'a title', request: { path: '/' }, expect: { status: 200 } }],
      migrate: [
        { name: 'expand', sql: ['expand.sql'] },
        { name: 'fill', when: 'after-rollout', sql: ['fill.sql'] },
      ],
      rollback: { sql: ['back.sql'], ledger: 'none' },
      invariants: [{ name: 'no book is lost', sql: 'SELECT count(*) FROM books', same: true }],
    },
    {
      'package.json': withPg,
      'previous/app.js': app,
      'next/app.js': app,
      'expand.sql': 'ALTER TABLE books ADD COLUMN shelf text;\n',
      'fill.sql': 'CREATE VIEW shelved AS SELECT id, shelf FROM books;\n',
      'back.sql': rollback,
    },
  );

const runsOf = (evidence: Evidence) =>
  evidence.runs
    .filter(({ spec }) => spec.scenario === 'rollback')
    .map(({ spec, outcome, cells, invariants }) => ({
      id: spec.id,
      outcome,
      cells: cells.map(({ app: version, probes }) => [version, ...probes.map((probe) => probe.outcome)]),
      invariants: invariants.map(({ holds }) => holds),
    }));

test('the way back is walked from the end of every phase, and previous is asked at its end', async () => {
  const bundle = await lab.bundle(
    withRollback('DROP VIEW IF EXISTS shelved;\nALTER TABLE books DROP COLUMN IF EXISTS shelf;\n'),
    ['compatibility', 'rollback'],
  );
  const evidence = await bundle.rehearse();
  const walked = { outcome: 'completed', cells: [['previous', 'pass']], invariants: [{ seen: true, value: true }] };
  expect(runsOf(evidence)).toEqual([
    { id: 'rollback-after-expand', ...walked },
    { id: 'rollback-after-fill', ...walked },
    { id: 'rollback-after-fill-under-load', ...walked, invariants: [] },
  ]);
  const judgement = judge(evidence);
  expect(judgement.checks.find(({ id }) => id === 'impossible-rollback')).toMatchObject({ outcome: 'clear' });
  const cells = judgement.cells.filter(({ state }) => state.startsWith('after rollback'));
  expect(cells.map(({ state, gates, outcome }) => ({ state, gates, outcome }))).toEqual([
    { state: 'after rollback', gates: true, outcome: 'pass' },
    { state: 'after rollback in rollback-after-expand', gates: true, outcome: 'pass' },
    { state: 'after rollback in rollback-after-fill-under-load', gates: true, outcome: 'pass' },
  ]);
});

test('a way back that works from the first phase and not from the second is found with its statement', async () => {
  const bundle = await lab.bundle(withRollback('SELECT 1;\nALTER TABLE books DROP COLUMN shelf;\n'), ['rollback']);
  const evidence = await bundle.rehearse();
  expect(runsOf(evidence).map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
    'rollback-after-expand completed',
    'rollback-after-fill failed',
  ]);
  const { verdict, findings } = judge(evidence);
  expect(verdict).toBe('fail');
  expect(findings.filter(({ check }) => check === 'impossible-rollback')).toMatchObject([
    { severity: 'blocks', phase: 'rollback', state: 'after fill', file: 'back.sql', line: 2, scenario: 'rollback' },
  ]);
});

test('a way back that leaves previous without what it reads is found though it exits 0', async () => {
  const bundle = await lab.bundle(
    withRollback('DROP VIEW IF EXISTS shelved;\nALTER TABLE books DROP COLUMN title;\n'),
    ['compatibility', 'rollback'],
  );
  const { findings } = judge(await bundle.rehearse());
  expect(findings.filter(({ check }) => check === 'impossible-rollback')).toMatchObject([
    { severity: 'blocks', app: 'previous', state: expect.stringContaining('after rollback') },
  ]);
});

const findings = (evidence: Evidence, check: string) =>
  judge(evidence).findings.filter((finding) => finding.check === check);

test('what only next writes is there before the way back, and what of it is gone after it is counted', async () => {
  const writing = `WITH put AS (UPDATE books SET shelf = 'top', room = 'east' WHERE id <= 3 RETURNING id)
    INSERT INTO shelved SELECT id FROM put RETURNING book`;
  const bundle = await lab.bundle(
    libraryBundle(
      {
        apps: twoApps,
        probes: [
          { name: 'a title', request: { path: '/' }, for: ['previous'] },
          { name: 'a book is put on a shelf', request: { method: 'POST', path: '/' }, for: ['next'] },
        ],
        rollback: { sql: ['back.sql'], ledger: 'none', transaction: 'none' },
      },
      {
        'package.json': withPg,
        'previous/app.js': app,
        'next/app.js': libraryApp(writing),
        'migrations/1.sql': `ALTER TABLE books ADD COLUMN shelf text, ADD COLUMN room text, ADD COLUMN spot text DEFAULT 'none';
          CREATE TABLE shelved (book integer);`,
        'back.sql': `ALTER TABLE books RENAME COLUMN room TO place;
          ALTER TABLE books DROP COLUMN IF EXISTS shelf, DROP COLUMN IF EXISTS spot;
          DROP TABLE IF EXISTS shelved;`,
      },
    ),
    ['rollback'],
  );
  const evidence = await bundle.rehearse();
  expect(runsOf(evidence).map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
    'rollback-after-pre-deploy completed',
    'rollback-after-pre-deploy-written completed',
    'rollback-after-pre-deploy-interrupted failed',
    'rollback-after-pre-deploy-under-load completed',
  ]);
  // A renamed column keeps what it held, and a default that nobody changed is no loss.
  expect(findings(evidence, 'lossy-rollback')).toMatchObject([
    { severity: 'warns', relation: 'public.books', evidence: { rows: 0, columns: [{ column: 'shelf', values: 3 }] } },
    { severity: 'warns', relation: 'public.shelved', evidence: { rows: 3, isGone: true, columns: [] } },
  ]);
  // Killed between two of its statements it cannot be finished: the renaming is not there to be made twice.
  expect(findings(evidence, 'impossible-rollback')).toMatchObject([
    { severity: 'blocks', title: expect.stringContaining('once it was interrupted'), file: 'back.sql', line: 1 },
  ]);
  const fault = (id: string) => evidence.runs.find(({ spec }) => spec.id === id)?.fault;
  expect(fault('rollback-after-pre-deploy-interrupted')).toMatchObject({ kind: 'kill-command', met: true });
  const loaded = evidence.runs.find(({ spec }) => spec.id === 'rollback-after-pre-deploy-under-load');
  expect(loaded?.load?.transactions).toBeGreaterThan(0);
});
