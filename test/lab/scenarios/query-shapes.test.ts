import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { assembleEvidence } from '../../../shared/plan/assemble-evidence.ts';
import { runLimits } from '../../../shared/plan/limits.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import { shapesOfRun, withTexts } from '../../../shared/plan/shapes-of-run.ts';
import { openClone, performRun } from '../../../workers/perform-run.ts';
import { libraryApp, libraryBundle, twoApps, withPg } from '../../support/contract-bundles.ts';
import { controlSpec, openScenarioLab, type ScenarioLab } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const seed = `CREATE TABLE books (id integer PRIMARY KEY, title text NOT NULL, note text);
INSERT INTO books SELECT n, 'book ' || n, 'secret' FROM generate_series(1, 20) AS n;
CREATE TABLE loans (id integer PRIMARY KEY, book integer);
`;

/** When it starts it reads a column that no probe is about, and lives without it. */
const reader = libraryApp(
  'SELECT id FROM books ORDER BY id LIMIT 1',
  `const tried = (sql) => pool.query(sql).catch(() => undefined);
await tried("SELECT count(*) FROM books WHERE note = 'secret'");
await tried('SELECT never FROM books');
await tried({ text: 'SELECT id FROM loans WHERE book = $1', values: [3] });`,
);

const bundleOf = (migrations: Readonly<Record<string, string>>) =>
  libraryBundle(
    {
      apps: twoApps,
      migrate: [
        { name: 'pre-deploy', sql: ['migrations/*.sql'] },
        { name: 'post-deploy', when: 'after-rollout', sql: ['clean-up/*.sql'] },
      ],
      rollback: { sql: ['back/*.sql'], ledger: 'none' },
      probes: [{ name: 'the first book', request: { path: '/' }, expect: { json: { id: 1 } } }],
    },
    { 'package.json': withPg, 'seed.sql': seed, 'previous/app.js': reader, 'next/app.js': reader, ...migrations },
  );

/** With the text of each query, which the results have only once. */
function preparedOn(results: readonly RunResult[], id: string) {
  const run = results.find(({ spec }) => spec.id === id);
  const prepared = run?.cells.find(({ prepared }) => prepared !== undefined)?.prepared;
  if (run === undefined || prepared?.seen !== true) return prepared;
  return { seen: true, value: withTexts(prepared.value, shapesOfRun(run.spec, results)) };
}

test('a column that only an unasked query reads is missed on the state that lacks it, and on no other', async () => {
  const bundle = await lab.bundle(
    bundleOf({
      'migrations/1.sql': 'ALTER TABLE books ADD COLUMN shelf text;\n',
      'migrations/2.sql': 'ALTER TABLE books DROP COLUMN note;\n',
      'clean-up/3.sql': 'DROP TABLE loans;\n',
      'back/1.sql': 'ALTER TABLE books ADD COLUMN note text;\nALTER TABLE books DROP COLUMN shelf;\n',
    }),
  );
  const first = [
    ...(await Promise.all([bundle.control(), bundle.planned('compatibility-previous-fresh-before', [])])),
    await bundle.control('traced'),
  ];
  const asked = ['after-pre-deploy-2', 'after-pre-deploy', 'after-post-deploy'].map(
    (state) => `compatibility-previous-fresh-${state}`,
  );
  const later = [];
  for (const id of [...asked, 'rollback-after-post-deploy']) later.push(await bundle.planned(id, first));
  const results = [...first, ...later];
  expect(results.filter(({ outcome }) => outcome !== 'completed')).toEqual([]);
  const never = { sqlstate: '42703', sql: 'SELECT never FROM books', from: 'previous' };
  const note = { sqlstate: '42703', sql: 'SELECT count(*) FROM books WHERE note = $1' };
  const loans = { sqlstate: '42P01', sql: 'SELECT id FROM loans WHERE book = $1' };
  const ids = [...asked, 'rollback-after-post-deploy'];
  expect(ids.map((id) => preparedOn(results, id))).toMatchObject(
    [[], [note], [note, loans], [loans]].map((broken) => ({ seen: true, value: { failedBefore: [never], broken } })),
  );
  const { plan } = bundle.context;
  const sheet = planRuns(plan, results);
  const times = { startedAt: new Date(0), durationMs: 1 };
  const { findings, checks } = judge(assembleEvidence(plan, sheet, results, times));
  const found = findings.filter(({ check }) => check === 'broken-query');
  // The table goes in an after-rollout phase, where previous need not live; the way back does not bring it again.
  expect(found.toSorted((left, right) => (left.state ?? '').localeCompare(right.state ?? ''))).toMatchObject([
    { severity: 'blocks', state: 'after pre-deploy', phase: 'pre-deploy', file: 'migrations/2.sql', app: 'previous' },
    { severity: 'blocks', state: 'after rollback', summary: expect.stringContaining(`42P01 for “${loans.sql}”`) },
  ]);
  expect(checks.find(({ id }) => id === 'broken-query')?.outcome).toBe('found');
  expect(JSON.stringify([sheet, results])).not.toContain('secret');
});

test('a query that only a file of the bundle knows is prepared, too, and no constant of it is kept', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      {
        apps: twoApps,
        queries: ['production/*.sql'],
        probes: [{ name: 'the first book', request: { path: '/' }, expect: { json: { id: 1 } } }],
      },
      {
        'package.json': withPg,
        'seed.sql': seed,
        'previous/app.js': reader,
        'next/app.js': reader,
        'migrations/1.sql': 'ALTER TABLE loans DROP COLUMN book;\n',
        'production/queries.sql':
          "SELECT max(id) FROM loans WHERE book IS NOT NULL AND id > $1;\nSELECT note FROM books WHERE title = 'secret';\nSELECT no_such FROM loans;\n" +
          'DECLARE few CURSOR FOR SELECT min(id) FROM loans WHERE book = 7;\nCOPY (SELECT book FROM loans) TO STDOUT;\n',
      },
    ),
  );
  const first = [await bundle.control(), await bundle.planned('compatibility-previous-fresh-before', [])];
  const after = 'compatibility-previous-fresh-after-pre-deploy';
  const results = [...first, await bundle.planned(after, first)];
  expect(preparedOn(results, after)).toMatchObject({
    value: {
      failedBefore: [{ from: 'previous' }, { sql: 'SELECT no_such FROM loans', sqlstate: '42703', from: 'production' }],
      broken: [
        { from: 'previous' },
        { sql: 'SELECT max(id) FROM loans WHERE book IS NOT NULL AND id > $1', sqlstate: '42703', from: 'production' },
        { sql: 'SELECT min(id) FROM loans WHERE book = $1', sqlstate: '42703', from: 'production' },
        { sql: 'SELECT book FROM loans', sqlstate: '42703', from: 'production' },
      ],
    },
  });
  const { plan } = bundle.context;
  const times = { startedAt: new Date(0), durationMs: 1 };
  expect(JSON.stringify(assembleEvidence(plan, planRuns(plan, results), results, times))).not.toContain('secret');
});

test('a query that was captured with the snapshot is prepared, too', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      { apps: twoApps, probes: [{ name: 'the first book', request: { path: '/' }, expect: { json: { id: 1 } } }] },
      {
        'package.json': withPg,
        'seed.sql': seed,
        'previous/app.js': reader,
        'next/app.js': reader,
        'migrations/1.sql': 'ALTER TABLE loans DROP COLUMN book;\n',
      },
    ),
  );
  const { context } = bundle;
  const sql = 'SELECT min(id) FROM loans WHERE book > $1';
  const unread = { queriesBeyondLimit: 7, queriesHidden: 3, queryEvictions: 2 };
  const withQueries = { snapshot: { ...context.snapshot, queries: [sql], ...unread } };
  const first = [await bundle.control(), await bundle.planned('compatibility-previous-fresh-before', [], withQueries)];
  const after = 'compatibility-previous-fresh-after-pre-deploy';
  expect(preparedOn([...first, await bundle.planned(after, first)], after)).toMatchObject({
    value: { broken: [{ from: 'previous' }, { sql, sqlstate: '42703', from: 'production' }] },
  });
  const because = (words: string) => expect.stringContaining(words);
  expect(planRuns(context.plan, first).notTested).toEqual(
    expect.arrayContaining([
      { what: '7 queries of production on each state', because: because(`more than ${runLimits.queryShapes}`) },
      { what: 'up to 3 queries of production on each state', because: because('hid them') },
      { what: 'rare queries of production on each state', because: because('2 times') },
    ]),
  );
});

test('a query that only pg_stat_statements of the snapshot knows is prepared, too, and told as never asked', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      {
        apps: twoApps,
        postgres: { settings: { shared_preload_libraries: 'pg_stat_statements' } },
        probes: [{ name: 'the first book', request: { path: '/' }, expect: { json: { id: 1 } } }],
      },
      {
        'package.json': withPg,
        'seed.sql': `CREATE EXTENSION pg_stat_statements;\n${seed}`,
        'previous/app.js': reader,
        'next/app.js': reader,
        'migrations/1.sql': 'ALTER TABLE loans DROP COLUMN book;\n',
      },
    ),
  );
  const { context } = bundle;
  // A clone on which production was at work stands for a snapshot of it: its forks are physical copies, statistics
  // included.
  await using production = await openClone(context, controlSpec('declared'));
  await using session = await context.sql.connect(
    { ...production.admin, ...production.apps },
    'rehearsal/test',
    'of-the-role',
  );
  for (const id of [1, 2])
    await session.query(`SELECT sum(CASE WHEN book = 7 THEN id END) FROM loans WHERE id > ${id}`);
  await session[Symbol.asyncDispose]();
  const host = { ...context.host, clone: () => production.fork() };
  const perform = (id: string, results: readonly RunResult[]) => {
    const spec = planRuns(context.plan, results).runs.find((run) => run.id === id);
    if (spec === undefined) throw new Error(`${id} is not planned`);
    const shapes = shapesOfRun(spec, results);
    return performRun({ ...context, host, shapes }, spec, new AbortController().signal);
  };
  const control = await perform('control', []);
  const first = [control, await perform('compatibility-previous-fresh-before', [])];
  const after = 'compatibility-previous-fresh-after-pre-deploy';
  const results = [...first, await perform(after, first)];
  const query = 'SELECT sum(CASE WHEN book = $1 THEN id END) FROM loans WHERE id > $2';
  expect(preparedOn(results, after)).toMatchObject({
    value: { broken: [{ from: 'previous' }, { sql: query, sqlstate: '42703', from: 'production' }] },
  });
  expect(planRuns(context.plan, results).notTested).toContainEqual({
    what: 'what 1 query of production would answer',
    because: expect.stringContaining('SELECT sum(CASE WHEN book = $1'),
  });
});
