import { afterAll, beforeAll, expect, test } from 'vitest';
import { stateName } from '../../../shared/domain/run.ts';
import { libraryBundle, withPg } from '../../support/contract-bundles.ts';
import { controlSpec, locksOf, migration, openScenarioLab, type ScenarioLab, statementsOf } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const command = (name: string, more: object = {}) => ({ name, command: ['node', `${name}.js`], ...more });

test('the quiet run numbers statements and commits, names places and states, and tells held locks', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      {
        migrate: [
          { name: 'expand', sql: ['expand/*.sql'] },
          { name: 'contract', when: 'after-rollout', sql: ['contract/*.sql'] },
        ],
        invariants: [
          { name: 'no book is lost', sql: 'SELECT count(*) FROM books -- all', same: true },
          { name: 'every shelf is A', sql: 'SELECT count(*) FROM books WHERE shelf IS DISTINCT FROM $$A$$', is: '0' },
        ],
      },
      {
        'expand/1.sql': '-- first\nALTER TABLE books ADD COLUMN shelf text;\nSELECT count(*) FROM books;\n',
        'expand/2.sql': "UPDATE books SET shelf = 'A' WHERE id < 10;\n",
        'contract/3.sql': "UPDATE books SET shelf = 'A';\nALTER TABLE books ALTER COLUMN shelf TYPE varchar(9);\n",
      },
    ),
  );
  const control = await bundle.control();
  expect(control).toMatchObject({ outcome: 'completed', weaknesses: [] });
  const expand = statementsOf(control, 'expand');
  expect(expand.map(({ ordinal }) => ordinal)).toEqual(expand.map((_, index) => index + 1));
  const alter = expand.find(({ sql }) => sql.includes('ADD COLUMN'));
  expect(alter).toMatchObject({ file: 'expand/1.sql', line: 2, statusAfter: 'T' });
  expect(locksOf(alter)).toContain('held AccessExclusiveLock public.books');
  const transaction = expand.filter((statement) => statement.transaction === alter?.transaction);
  expect(transaction.map(({ sql }) => sql.split(' ')[0])).toEqual(['BEGIN', 'ALTER', 'SELECT', 'INSERT', 'COMMIT']);
  expect(transaction.map(({ committed }) => committed)).toEqual([undefined, undefined, undefined, undefined, 2]);
  expect(control.states.map(({ point }) => stateName(point))).toEqual([
    'after expand #1',
    'after expand #2',
    'after expand',
    'after contract',
  ]);
  const type = statementsOf(control, 'contract').find(({ sql }) => sql.includes('TYPE'));
  expect(type?.rewrote).toEqual(['public.books']);
  expect(control.invariants.map(({ name, point, holds }) => [name, stateName(point), holds])).toEqual([
    ['no book is lost', 'after expand', { seen: true, value: true }],
    ['every shelf is A', 'after expand', { seen: true, value: false }],
    ['no book is lost', 'after contract', { seen: true, value: true }],
    ['every shelf is A', 'after contract', { seen: true, value: true }],
  ]);
});

test('a rewrite is told for the statement that did it, not for its COMMIT', async () => {
  const bundle = await lab.bundle(
    libraryBundle({}, { 'migrations/1.sql': 'ALTER TABLE books ALTER COLUMN id TYPE bigint;\n' }),
  );
  const statements = statementsOf(await bundle.control());
  expect(statements.filter(({ rewrote }) => rewrote.length > 0).map(({ sql, rewrote }) => [sql, rewrote])).toEqual([
    ['ALTER TABLE books ALTER COLUMN id TYPE bigint', ['public.books']],
  ]);
});

test('a command that connects many times at once is looked at without its looks getting in each other’s way', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      { migrate: [command('many')] },
      {
        'package.json': withPg,
        'many.js': migration(`await client.query('CREATE TABLE done (n int PRIMARY KEY)');
const workers = await Promise.all(Array.from({ length: 6 }, connect));
await Promise.all(workers.map(async (worker, at) => {
  for (let n = 0; n < 5; n += 1) {
    await worker.query('BEGIN');
    await worker.query('INSERT INTO done VALUES ($1)', [at * 10 + n]);
    await worker.query('COMMIT');
  }
  await worker.end();
}));`),
      },
    ),
  );
  const control = await bundle.control();
  expect(control).toMatchObject({ outcome: 'completed', weaknesses: [] });
  const commits = statementsOf(control).flatMap(({ committed }) => committed ?? []);
  expect(commits.toSorted((left, right) => left - right)).toEqual(Array.from({ length: 31 }, (_, index) => index + 1));
  expect(new Set(statementsOf(control).map(({ session }) => session)).size).toBe(7);
  expect(control.states.every(({ state }) => state.seen)).toBe(true);
});

test('phases after one that fails are not started, and its command is run again', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      { migrate: [command('first'), command('second'), command('third')] },
      {
        'package.json': withPg,
        'first.js': '',
        'second.js': migration(
          `await client.query("INSERT INTO books VALUES (1, 'again')").catch(() => process.exit(7));`,
        ),
        'third.js': '',
      },
    ),
  );
  const control = await bundle.control();
  expect(control.outcome).toBe('failed');
  expect(control.attempts.map(({ phase, exitCode, outputTail }) => [phase, exitCode, outputTail])).toEqual([
    ['first', 0, []],
    ['second', 7, []],
  ]);
  expect(control.aftermath?.retry?.attempts.map(({ phase, attempt, exitCode }) => [phase, attempt, exitCode])).toEqual([
    ['second', 2, 7],
  ]);
  expect(control.states.map(({ point }) => stateName(point))).toEqual(['after first']);
});

test('a phase that outlives its timeout is killed, and what it left open at the server is gone', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      { migrate: [command('slow', { timeout: '600ms' })] },
      { 'package.json': withPg, 'slow.js': migration("await client.query('BEGIN; SELECT pg_sleep(1.5)');") },
    ),
  );
  const { attempts } = await bundle.control();
  expect(attempts).toMatchObject([{ timedOut: true, killedByUs: false, exitCode: 137, oomKilled: false }]);
  expect(statementsOf(await bundle.control('unlimited'))).toHaveLength(1);
});

test('a session that the command left to a child when it exited 0 is ended, and makes the run weak evidence', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      { migrate: [command('parent')] },
      {
        'package.json': withPg,
        'parent.js': `import { spawn } from 'node:child_process';
const child = spawn(process.execPath, ['child.js'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
await new Promise((resolve) => child.stdout.once('data', resolve));
process.exit(0);
`,
        'child.js': migration(`await client.query('SELECT 1');
console.log('connected');
await new Promise((resolve) => setTimeout(resolve, 120_000));`),
      },
    ),
  );
  const control = await bundle.control();
  const weaknesses = [{ part: 'migration', because: expect.stringContaining('still connected') }];
  expect(control).toMatchObject({ outcome: 'completed', attempts: [{ exitCode: 0 }], weaknesses });
  expect(control.durationMs).toBeLessThan(50_000);
});

test('a child that has not even connected when the command exits 0 makes the run weak evidence too', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      { migrate: [command('parent')] },
      {
        'package.json': withPg,
        'parent.js': `import { spawn } from 'node:child_process';
spawn(process.execPath, ['child.js'], { detached: true, stdio: 'ignore' }).unref();
`,
        'child.js': `await new Promise((resolve) => setTimeout(resolve, 120_000));`,
      },
    ),
  );
  const control = await bundle.control();
  const weaknesses = [{ part: 'migration', because: expect.stringContaining('went on') }];
  expect(control).toMatchObject({ outcome: 'completed', attempts: [{ exitCode: 0 }], weaknesses });
});

test('a command that grows over its memory limit is killed for it, and completes without the limit', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      { migrate: [command('grow', { memory: '96MiB' })] },
      {
        'package.json': withPg,
        'grow.js': migration(`await client.query('CREATE TABLE grown (n int)');
const kept = [];
for (let n = 0; n < 40; n += 1) {
  kept.push(Buffer.alloc(8 * 1024 * 1024, n));
  await client.query('SELECT 1');
}`),
      },
    ),
  );
  const control = await bundle.control();
  expect(control).toMatchObject({ outcome: 'failed', attempts: [{ oomKilled: true, exitCode: 137, timedOut: false }] });
  expect(control.attempts[0]?.memoryLimitBytes).toBe(96 * 1024 * 1024);
  const unlimited = await bundle.planned('control-unlimited', [control]);
  expect(unlimited).toMatchObject({ outcome: 'completed', attempts: [{ oomKilled: false, exitCode: 0 }] });
});

test('a look that fails makes the run not-run with the reason, whatever the command says', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      { migrate: [command('quiet')] },
      {
        'package.json': withPg,
        'quiet.js': `import pg from 'pg';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
client.on('error', () => undefined);
await client.connect();
// The tap ends this session while it asks.
await client.query('SELECT 1').catch(() => undefined);
process.exit(0);
`,
      },
    ),
  );
  // Nobody can hold a lock on a table that is not there: the actor's refusal is thrown in the tap's hook.
  const run = await bundle.run({
    ...controlSpec('declared'),
    scenario: 'contention',
    holder: 'open-write',
    standsFor: [],
    phase: 'quiet',
    ordinal: 1,
    relation: 'public.nowhere',
    holds: 'RowExclusiveLock',
    requests: 'AccessExclusiveLock',
    holdMs: 100,
    scaledSettings: {},
    targets: [{ relation: 'public.books', columns: ['id', 'title'] }],
  });
  expect(run.outcome).toBe('not-run');
  expect(run.why).toContain('public.nowhere');
});

test('an abort ends a run that would last, and is its own reason', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      { migrate: [command('long')] },
      { 'package.json': withPg, 'long.js': 'setTimeout(() => undefined, 120_000);\n' },
    ),
  );
  const stop = new AbortController();
  const reason = new Error('asked to stop');
  setTimeout(() => stop.abort(reason), 1_500);
  await expect(bundle.run(controlSpec('declared'), stop.signal)).rejects.toBe(reason);
  await expect(bundle.run(controlSpec('declared'), stop.signal)).rejects.toBe(reason);
});
