import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Evidence } from '../../../shared/domain/observation.ts';
import { deltaDrafts } from '../../../shared/edge/adapters/repair/delta-drafts.ts';
import type { RepairDrafts } from '../../../shared/edge/ports/repair-drafts.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import { stateFingerprint } from '../../../shared/plan/state-fingerprint.ts';
import { performRun } from '../../../workers/perform-run.ts';
import { libraryApp, libraryBundle, twoApps, withPg } from '../../support/contract-bundles.ts';
import { migration, openScenarioLab, type ScenarioLab } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

/** A statement at a time: killed after the first one, the file cannot be run again. */
const halfWay = (changes: Readonly<Record<string, unknown>> = {}) =>
  libraryBundle(
    {
      apps: twoApps,
      probes: [{ name: 'a title', request: { path: '/' }, expect: { json: { title: 'book 1' } } }],
      migrate: [{ name: 'expand', sql: ['1.sql'], transaction: 'none' }],
      ...changes,
    },
    {
      'package.json': withPg,
      'previous/app.js': libraryApp('SELECT title FROM books ORDER BY id LIMIT 1'),
      'next/app.js': libraryApp('SELECT title, shelf FROM books ORDER BY id LIMIT 1'),
      '1.sql': `CREATE TABLE shelves (id integer);
        CREATE FUNCTION shelf_of(integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'shelf ' || $1 $$;
        ALTER TABLE books ADD COLUMN shelf text;`,
      'back.sql': 'DROP FUNCTION IF EXISTS shelf_of(integer);\nDROP TABLE shelves;\n',
    },
  );

const killed = 'interruption-expand-2';
const stateOfKilled = 'after expand #2 in interruption-expand-2';
const adviceOn = (evidence: Evidence) => judge(evidence).recovery.find(({ state }) => state === stateOfKilled);

test('SQL is shown once it led out of just that state, and a wrong draft is withheld', {
  timeout: 480_000,
}, async () => {
  const bundle = await lab.bundle(halfWay(), ['compatibility', 'interruption']);
  const evidence = await bundle.rehearse();
  const advice = adviceOn(evidence);
  expect(advice).toMatchObject({
    choose: 'forward-fix',
    because: expect.stringContaining('schema and ledger are the expected ones, and next passes its probes there'),
  });
  expect(advice?.sql?.split('\n').slice(-2)).toEqual([
    'ALTER TABLE public.books ADD COLUMN shelf text;',
    "INSERT INTO public.rehearsal_migrations (version) VALUES ('1.sql');",
  ]);
  // Where the retry helps nothing is drafted, and nothing is waited for.
  const repeatable = evidence.runs.find(({ spec }) => spec.id === 'interruption-expand-1');
  expect(repeatable?.aftermath?.retry).toBeDefined();
  expect(repeatable?.aftermath).not.toHaveProperty('repairs');

  const spec = evidence.planned.find(({ id }) => id === killed);
  if (spec === undefined) throw new Error(`${killed} was not planned`);
  const withRepairs = async (repairs: RepairDrafts) => {
    const context = { ...bundle.context, repairs, repairsTried: new Map() };
    const run = await performRun(context, spec, new AbortController().signal);
    return adviceOn({ ...evidence, runs: evidence.runs.map((other) => (other.spec.id === killed ? run : other)) });
  };
  const planted = (...drafts: readonly string[][]): RepairDrafts => {
    const all = drafts.map((statements) => ({ statements, by: 'a planted draft' }));
    return { draft: async () => all };
  };
  const wrong = 'ALTER TABLE books ADD COLUMN shelf integer;';
  const right = advice?.sql ?? '';
  const withheld = await withRepairs(planted([wrong], [right, 'DELETE FROM books;']));
  expect(withheld).toMatchObject({ choose: 'forward-fix' });
  expect(withheld).not.toHaveProperty('sql');
  expect(withheld?.because).toContain('withheld: it led to another schema than the expected one');

  // Where no draft of one source leads there, the next one is asked.
  const second = await withRepairs({ ...planted([wrong]), otherwise: deltaDrafts });
  expect(second).toMatchObject({
    choose: 'forward-fix',
    because: expect.stringContaining('schema and ledger are the expected ones, and next passes its probes there'),
  });
  expect(second?.sql).toMatch(/ADD COLUMN.*shelf/);
});

test('where no SQL leads forward the declared rollback is walked from there, and its price is named', async () => {
  const bundle = await lab.bundle(halfWay({ rollback: { sql: ['back.sql'], ledger: 'none' } }), ['interruption']);
  const control = await bundle.control();
  const spec = planRuns(bundle.context.plan, [control, await bundle.control('traced')]).runs.find(
    ({ id }) => id === killed,
  );
  if (spec === undefined) throw new Error(`${killed} was not planned`);
  const context = { ...bundle.context, repairs: { draft: async () => [] }, repairsTried: new Map() };
  const run = await performRun(context, spec, new AbortController().signal);
  expect(run.aftermath).toMatchObject({
    repairs: { seen: true, value: [] },
    wayBack: { attempt: { exitCode: 0 }, cell: { app: 'previous', probes: [{ outcome: 'pass' }] } },
  });
});

test('a migration lock that a killed command left held is freed on a fork, and the command then reaches the end', async () => {
  const locking = `
const { rowCount } = await client.query('UPDATE schema_migrations_lock SET is_locked = 1 WHERE is_locked = 0');
if (rowCount === 0) throw new Error('somebody migrates already');
await client.query('ALTER TABLE books ADD COLUMN IF NOT EXISTS shelf text');
await client.query('UPDATE schema_migrations_lock SET is_locked = 0');`;
  const files = libraryBundle(
    { migrate: [{ name: 'pre-deploy', command: ['node', 'index.js'] }] },
    {
      'package.json': withPg,
      'index.js': migration(locking),
      'seed.sql': `CREATE TABLE books (id int PRIMARY KEY, title text);
INSERT INTO books SELECT n, 'book ' || n FROM generate_series(1, 50) AS n;
CREATE TABLE schema_migrations_lock (index int PRIMARY KEY, is_locked int);
INSERT INTO schema_migrations_lock VALUES (1, 0);
`,
    },
  );
  const bundle = await lab.bundle(files, ['interruption']);
  const quiet = [await bundle.control(), await bundle.control('traced')];
  const run = await bundle.planned('interruption-pre-deploy-1', quiet);
  expect(run.aftermath?.retry?.attempts).toMatchObject([{ exitCode: 1 }]);
  const repairs = run.aftermath?.repairs?.seen ? run.aftermath.repairs.value : [];
  expect(repairs).toMatchObject([
    {
      statements: ['UPDATE public.schema_migrations_lock SET is_locked = 0;'],
      draftedBy: 'held migration locks',
      again: [{ exitCode: 0 }],
    },
  ]);
  const end = repairs[0]?.end;
  expect(end?.seen && stateFingerprint(end.value)).toBe(run.spec.expectedEnds['pre-deploy']);
});
