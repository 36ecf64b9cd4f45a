import { afterAll, beforeAll, expect, test } from 'vitest';
import { libraryBundle, withPg } from '../../support/contract-bundles.ts';
import { locksOf, migration, openScenarioLab, type ScenarioLab, statementsOf } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const command = (name: string) => ({ name, command: ['node', `${name}.js`] });

test('the traced run sees the locks of statements that commit by themselves, of a concurrent index build too', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      { migrate: [{ name: 'pre-deploy', sql: ['migrations/*.sql'], transaction: 'none', ledger: 'none' }] },
      {
        'migrations/1.sql':
          'ALTER TABLE books ADD COLUMN shelf text;\nCREATE INDEX CONCURRENTLY books_title ON books (title);\n',
      },
    ),
  );
  const control = await bundle.control();
  expect(statementsOf(control).map(({ transaction, committed }) => [transaction, committed])).toEqual([
    [null, 1],
    [null, 2],
  ]);
  expect(statementsOf(control).flatMap(locksOf)).toEqual([]);
  const traced = await bundle.control('traced');
  const [alter, index] = statementsOf(traced);
  expect(locksOf(alter)).toEqual(['traced AccessExclusiveLock public.books']);
  expect(locksOf(index)).toEqual(['waited ShareUpdateExclusiveLock public.books']);
  expect(traced.end).toEqual(control.end);
});

test('locks that are gone in a moment are seen in what takes no transaction of ours, one after the other', async () => {
  const files = {
    'package.json': withPg,
    'seed.sql': `CREATE TABLE books (id int PRIMARY KEY, title text);
CREATE INDEX books_title ON books (title);
CREATE TABLE shelves (id int PRIMARY KEY);
CREATE TABLE loans (at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE loans_2024 PARTITION OF loans FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE PROCEDURE widen() LANGUAGE plpgsql AS $$ BEGIN
  ALTER TABLE books ADD COLUMN wide int; COMMIT; ALTER TABLE shelves ADD COLUMN wide int;
END $$;\n`,
    'small.js': migration(`for (const sql of [
  'DROP INDEX CONCURRENTLY books_title',
  'VACUUM (FULL) shelves',
  'ALTER TABLE loans DETACH PARTITION loans_2024 CONCURRENTLY',
  'CALL widen()',
  'BEGIN; ALTER TABLE books DROP COLUMN wide; ALTER TABLE shelves DROP COLUMN wide; COMMIT',
]) await client.query(sql);`),
  };
  const bundle = await lab.bundle(libraryBundle({ migrate: [command('small')] }, files));
  const control = await bundle.control();
  const traced = await bundle.control('traced');
  expect(traced).toMatchObject({ outcome: 'completed', weaknesses: [] });
  expect(traced.end).toEqual(control.end);
  const [index, vacuum, detach, call, compound] = statementsOf(traced);
  expect(locksOf(index)).toEqual(['waited ShareUpdateExclusiveLock public.books']);
  expect(locksOf(vacuum)).toEqual(['waited AccessExclusiveLock public.shelves']);
  // Its partition is locked too, after all who came through its table have left.
  expect(locksOf(detach)).toContain('waited ShareUpdateExclusiveLock public.loans');
  expect(locksOf(detach).join()).not.toContain('AccessExclusiveLock');
  const both = ['waited AccessExclusiveLock public.books', 'waited AccessExclusiveLock public.shelves'];
  expect(locksOf(call).toSorted()).toEqual(both);
  expect(locksOf(compound).toSorted()).toEqual(both);
  expect(statementsOf(traced).map(({ refusesTransaction = false }) => refusesTransaction)).toEqual([
    ...[true, true, true, true],
    false,
  ]);
});

test('what takes no transaction of ours is looked at without standing in the way of the command’s other sessions', async () => {
  const files = {
    'package.json': withPg,
    'seed.sql': `CREATE TABLE books (id int PRIMARY KEY, title text);
CREATE PROCEDURE rest() LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); COMMIT; END $$;\n`,
    'two.js': migration(`const other = await connect();
await other.query("SET lock_timeout = '300ms'");
let resting = true;
const rest = client.query('CALL rest()').then(() => { resting = false; });
for (let n = 0; resting; n += 1) {
  await other.query('BEGIN');
  await other.query('ALTER TABLE books ADD COLUMN extra' + n + ' int');
  await other.query('ROLLBACK');
  await other.query('SELECT pg_sleep(0.1)');
}
await rest;
await other.end();`),
  };
  const bundle = await lab.bundle(libraryBundle({ migrate: [command('two')] }, files));
  const traced = await bundle.control('traced');
  expect(traced).toMatchObject({ outcome: 'completed', attempts: [{ exitCode: 0 }] });
});
