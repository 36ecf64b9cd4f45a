import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StatementObservation } from '../../../shared/domain/statement.ts';
import { libraryBundle } from '../../support/contract-bundles.ts';
import { openScenarioLab, type ScenarioLab, statementsOf } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const wrapped = (sql: string): string => `DO $run$ BEGIN EXECUTE $sql$${sql}$sql$; END $run$`;
const changes = [
  'CREATE TABLE shelves (id int PRIMARY KEY, place text NOT NULL)',
  'ALTER TABLE books ADD COLUMN shelf int NOT NULL DEFAULT 1',
  'CREATE INDEX books_title ON books (title)',
  'ALTER TABLE books ADD CONSTRAINT titled CHECK (title <> $$$$) NOT VALID',
  'ALTER TABLE books ADD CONSTRAINT shelved CHECK (shelf > 0)',
  'ALTER TABLE books ALTER COLUMN note SET NOT NULL',
  'ALTER TABLE books ADD CONSTRAINT books_note UNIQUE (note)',
  "INSERT INTO shelves SELECT n, 'here' FROM generate_series(1, 500) AS n",
  'CREATE INDEX shelves_place ON shelves (place)',
];
const seed = `CREATE TABLE books (id int PRIMARY KEY, title text NOT NULL, note text, pages int);
INSERT INTO books SELECT n, 'book ' || n, 'note ' || n, n FROM generate_series(1, 500) AS n;`;

const builtBy = (statements: readonly StatementObservation[]) =>
  statements.flatMap(({ sql, line, built = [] }) =>
    built.map(({ kind, name, relation, relationBytes = 0 }) =>
      relationBytes > 0 ? `${line ?? sql}: ${kind} ${name} on ${relation}` : `${name} without bytes`,
    ),
  );

test.each([
  ['in one transaction', 'per-file', (sql: string) => sql],
  ['one by one', 'none', (sql: string) => sql],
  ['by statements that are made up inside of the server', 'per-file', wrapped],
] as const)('what is built over the rows of a table is told for its statement: %s', async (_, transaction, form) => {
  const migration = changes.map((sql) => `${form(sql)};\n`).join('');
  const bundle = await lab.bundle(
    libraryBundle(
      { migrate: [{ name: 'pre-deploy', sql: ['migrations/*.sql'], transaction, ledger: 'none' }] },
      { 'seed.sql': seed, 'migrations/1.sql': migration },
    ),
  );
  const control = await bundle.control();
  expect(control).toMatchObject({ outcome: 'completed' });
  const told = builtBy(statementsOf(control));
  // Before its commit a constraint leaves no trace: the statement that took the lock stands for it.
  const at = (line: number) => (transaction === 'none' ? line : 2);
  expect(told.toSorted()).toEqual(
    [
      '3: index public.books_title on public.books',
      `${at(5)}: constraint shelved on public.books`,
      `${at(6)}: constraint note on public.books`,
      '7: index public.books_note on public.books',
      // A table that the same transaction made is nobody else's.
      ...(transaction === 'none' ? ['9: index public.shelves_place on public.shelves'] : []),
    ].toSorted(),
  );
});

test('a NOT NULL that a validated check has proved reads no row and is not told', async () => {
  const steps = [
    'ALTER TABLE books ADD CONSTRAINT noted CHECK (note IS NOT NULL) NOT VALID',
    'ALTER TABLE books VALIDATE CONSTRAINT noted',
    'ALTER TABLE books ALTER COLUMN note SET NOT NULL',
  ];
  const bundle = await lab.bundle(
    libraryBundle(
      { migrate: [{ name: 'pre-deploy', sql: ['migrations/*.sql'], transaction: 'none', ledger: 'none' }] },
      { 'seed.sql': seed, 'migrations/1.sql': `${steps.join(';\n')};\n` },
    ),
  );
  expect(builtBy(statementsOf(await bundle.control()))).toEqual(['2: constraint noted on public.books']);
});

test('a rewritten table is told with its size, and its indexes are part of that; an emptied one has none', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      {},
      {
        'seed.sql': seed,
        'migrations/1.sql': 'ALTER TABLE books ALTER COLUMN id TYPE bigint;\n',
        'migrations/2.sql': `${wrapped('ALTER TABLE books ALTER COLUMN pages TYPE bigint')};\n`,
        'migrations/3.sql': 'TRUNCATE books;\n',
      },
    ),
  );
  const statements = statementsOf(await bundle.control());
  const rewrites = statements.filter(({ rewrote }) => rewrote.length > 0);
  expect(rewrites.map(({ file, rewrote, built }) => [file, rewrote, built])).toEqual([
    ['migrations/1.sql', ['public.books'], undefined],
    ['migrations/2.sql', ['public.books'], undefined],
    ['migrations/3.sql', ['public.books'], undefined],
  ]);
  const [first = 0, second = 0, third] = rewrites.map(({ rewroteBytes }) => rewroteBytes?.['public.books']);
  expect(first).toBeGreaterThan(0);
  expect(second).toBeGreaterThan(0);
  // The file of what lies outside of the rows has a page of its own.
  expect(third).toBeLessThanOrEqual(8192);
});

test('the quiet run tells what it wrote to the disk: WAL, temporary files, and what was larger for a while', async () => {
  const migration = `SET work_mem = '64kB';
    CREATE TEMP TABLE sorted AS
      SELECT n, repeat('x', 100) AS filler FROM generate_series(1, 20000) AS n ORDER BY random();
    CREATE TABLE copies AS SELECT n, repeat('y', 200) AS filler FROM generate_series(1, 60000) AS n;
    SELECT pg_sleep(1.2);
    DROP TABLE copies;`;
  const bundle = await lab.bundle(
    libraryBundle(
      { migrate: [{ name: 'pre-deploy', sql: ['migrations/*.sql'], transaction: 'none', ledger: 'none' }] },
      { 'migrations/1.sql': migration },
    ),
  );
  const { disk } = await bundle.control();
  if (disk?.seen !== true) throw new Error(disk?.why ?? 'nobody looked');
  const mebibyte = 1024 ** 2;
  expect(disk.value.databaseBytes).toBeGreaterThan(mebibyte);
  // The table was gone again before the end; only a look on the way could see it.
  expect(disk.value.grownBytesMax).toBeGreaterThan(12 * mebibyte);
  expect(disk.value.walBytes).toBeGreaterThan(mebibyte);
  expect(disk.value.tempBytes).toBeGreaterThan(mebibyte);
});
