import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Evidence } from '../../../shared/domain/observation.ts';
import type { RepairDraft } from '../../../shared/edge/ports/repair-drafts.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import { performRun } from '../../../workers/perform-run.ts';
import { libraryApp, libraryBundle, twoApps, withPg } from '../../support/contract-bundles.ts';
import { openScenarioLab, type ScenarioLab } from './scenario-lab.ts';

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

test('SQL is shown once it led out of just that state, and a wrong draft is withheld', async () => {
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
  const withDrafts = async (...drafts: readonly string[][]) => {
    const planted: readonly RepairDraft[] = drafts.map((statements) => ({ statements, by: 'a planted draft' }));
    const context = { ...bundle.context, repairs: { draft: async () => planted }, repairsTried: new Map() };
    const run = await performRun(context, spec, new AbortController().signal);
    return adviceOn({ ...evidence, runs: evidence.runs.map((other) => (other.spec.id === killed ? run : other)) });
  };
  const right = advice?.sql ?? '';
  const withheld = await withDrafts(['ALTER TABLE books ADD COLUMN shelf integer;'], [right, 'DELETE FROM books;']);
  expect(withheld).toMatchObject({ choose: 'forward-fix' });
  expect(withheld).not.toHaveProperty('sql');
  expect(withheld?.because).toContain('withheld: it led to another schema than the expected one');
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
