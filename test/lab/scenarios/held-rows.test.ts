import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HeldLockRun } from '../../../shared/domain/run.ts';
import { gaveUpTheLock } from '../../../shared/judge/derive/caught-errors.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import { libraryBundle } from '../../support/contract-bundles.ts';
import { openScenarioLab, type ScenarioLab, statementsOf } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const load = { rate: '40/s', duration: '1s', hold: '600ms' };
const bundleOf = (sql: string, files: Readonly<Record<string, string>> = {}) =>
  lab.bundle(libraryBundle({ load }, { ...files, 'migrations/1.sql': sql }), ['control', 'contention']);

test('which rows a statement writes is read from the WAL, whatever wraps it', async () => {
  const bundle = await bundleOf(
    `UPDATE books SET title = 'x' WHERE id BETWEEN 3 AND 5;
DO $run$ BEGIN EXECUTE 'DEL' || 'ETE FROM books WHERE id = 7'; END $run$;
INSERT INTO books VALUES (1001, 'new');
DO $run$ BEGIN PERFORM FROM books WHERE id = 8 FOR UPDATE; END $run$;
CREATE TABLE shelves (id int PRIMARY KEY, book int REFERENCES books);
INSERT INTO shelves VALUES (1, 9);
`,
  );
  const told = statementsOf(await bundle.control()).filter(({ line }) => line !== undefined);
  expect(told.map(({ line, touched }) => [line, touched?.seen ? touched.value : touched])).toEqual([
    [1, [{ relation: 'public.books', fromPage: 0 }]],
    [2, [{ relation: 'public.books', fromPage: 0 }]],
    [3, undefined],
    [4, [{ relation: 'public.books', fromPage: 0 }]],
    [5, undefined],
    [6, undefined],
  ]);
});

/** The run in which somebody holds the rows that the control run saw a statement write. */
const withHeldRows = async (sql: string, files: Readonly<Record<string, string>> = {}) => {
  const bundle = await bundleOf(sql, files);
  const control = await bundle.control();
  const isAutocommit = statementsOf(control).some(({ transaction, committed }) => transaction === null && committed);
  const quiet = isAutocommit ? [control, await bundle.control('traced')] : [control];
  const { runs } = planRuns(bundle.context.plan, quiet);
  const spec = runs.find((run): run is HeldLockRun => run.id.includes('row-write'));
  if (spec === undefined) throw new Error(`nobody holds rows in ${runs.map(({ id }) => id)}`);
  return { spec, run: await bundle.planned(spec.id, quiet) };
};

test('a statement that gives up the rows it needs, and says nothing, is found by who still held them', async () => {
  const { run } = await withHeldRows(`SET lock_timeout = '200ms';
DO $run$ BEGIN UPDATE books SET title = 'x' WHERE id = 5; EXCEPTION WHEN lock_not_available THEN NULL; END $run$;
`);
  const fault = { met: true, mode: 'RowShareLock', relation: 'public.books' };
  expect(run).toMatchObject({ outcome: 'completed', fault });
  expect(gaveUpTheLock(run)).toMatchObject([{ statement: { line: 2 }, wait: { relation: 'public.books' } }]);
});

test('a statement that is refused for held rows is told with their writer', async () => {
  const { run } = await withHeldRows("SET lock_timeout = '200ms';\nUPDATE books SET title = 'x' WHERE id > 3;\n");
  expect(run).toMatchObject({ outcome: 'failed', fault: { met: true } });
  expect(statementsOf(run).find(({ line }) => line === 2)?.sqlstate).toBe('55P03');
  const waited = run.lockWaits.find(({ waiter }) => waiter.role === 'migration');
  expect(waited?.blockers[0]?.applicationName).toBe('rehearsal/actor row-write');
});

test('a statement that will not wait at all has met the held rows too', async () => {
  const { run } = await withHeldRows(`DO $run$ BEGIN
  PERFORM FROM books WHERE id = 5 FOR UPDATE NOWAIT; UPDATE books SET title = 'x' WHERE id = 5;
END $run$;
`);
  expect(run).toMatchObject({ outcome: 'failed', fault: { met: true } });
});

test('a statement that asks again until it has the rows gives nothing up', async () => {
  const { run } = await withHeldRows(`DO $run$ BEGIN
    FOR attempt IN 1..50 LOOP
      BEGIN
        SET LOCAL lock_timeout = '150ms';
        UPDATE books SET title = title || '.' WHERE id > 3;
        RETURN;
      EXCEPTION WHEN lock_not_available THEN PERFORM pg_sleep(0.05);
      END;
    END LOOP;
    RAISE lock_not_available;
  END $run$;
`);
  expect(run).toMatchObject({ outcome: 'completed', fault: { met: true } });
  expect(gaveUpTheLock(run)).toEqual([]);
});

test('a statement that skips held rows, and one that looks for them until they are free, are not kept for ever', async () => {
  const { run } = await withHeldRows(`DO $run$ BEGIN
  WHILE EXISTS (SELECT FROM books WHERE title <> 'x') LOOP
    UPDATE books SET title = 'x' WHERE id IN (SELECT id FROM books WHERE title <> 'x' FOR UPDATE SKIP LOCKED);
    PERFORM pg_sleep(0.1);
  END LOOP;
END $run$;
`);
  expect(run).toMatchObject({ outcome: 'completed', fault: { met: false } });
});

test('traffic on a table that the migration has alone waits while the migration waits for a row of another', async () => {
  const { spec, run } = await withHeldRows(
    "ALTER TABLE books ADD COLUMN shelf int;\nUPDATE shelves SET name = name || '.' WHERE id > 15000;\n",
    {
      'seed.sql': `CREATE TABLE books (id int PRIMARY KEY, title text);
INSERT INTO books SELECT n, 'book ' || n FROM generate_series(1, 50) AS n;
CREATE TABLE shelves (id int PRIMARY KEY, name text);
INSERT INTO shelves SELECT n, 'shelf ' || n FROM generate_series(1, 20000) AS n;
`,
    },
  );
  expect(spec).toMatchObject({ relation: 'public.shelves', targets: [{ relation: 'public.books' }] });
  expect(spec.rows?.fromPage).toBeGreaterThan(0);
  expect(run).toMatchObject({ outcome: 'completed', fault: { met: true } });
  expect(run.load?.blockedTransactions).toBeGreaterThan(0);
});
