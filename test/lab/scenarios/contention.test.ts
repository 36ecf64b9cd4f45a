import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import type { Sql, SqlSession } from '../../../shared/edge/ports/sql.ts';
import { stateFingerprint } from '../../../shared/plan/state-fingerprint.ts';
import { libraryBundle, withPg } from '../../support/contract-bundles.ts';
import { migration, openScenarioLab, type ScenarioLab, statementsOf } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const load = { rate: '40/s', duration: '1s', hold: '500ms' };
const fingerprint = ({ end }: { readonly end: RunResult['end'] }): string =>
  end.seen ? stateFingerprint(end.value) : end.why;

test('a concurrent index build waits for an old view of the rows; its timeout leaves an invalid index', async () => {
  const sql = "SET lock_timeout = '400ms';\nCREATE INDEX CONCURRENTLY books_title ON books (title);\n";
  const bundle = await lab.bundle(libraryBundle({ load }, { 'migrations/1.sql': sql }));
  const control = await bundle.control();
  const traced = await bundle.planned('control-traced', [control]);
  const build = statementsOf(traced).find((statement) => statement.waitsForSnapshots);
  expect(build?.sql).toContain('CONCURRENTLY');
  const id = `contention-pre-deploy-${build?.ordinal}-pg-dump..public.books`;
  const run = await bundle.planned(id, [control, traced]);
  expect(run).toMatchObject({ fault: { met: true, mode: 'AccessShareLock' }, attempts: [{ exitCode: 1 }] });
  expect(statementsOf(run).find(({ sqlstate }) => sqlstate !== undefined)?.sqlstate).toBe('55P03');
  const index = run.end.seen && run.end.value.schema.objects.find(({ name }) => name === 'public.books_title');
  expect(index).toMatchObject({ attributes: { valid: false } });
});

test('an old view is kept until the index build comes to wait for it, however long it builds', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      { load: { ...load, hold: '1ms' } },
      { 'migrations/1.sql': 'CREATE INDEX CONCURRENTLY books_title ON books (title);\n' },
    ),
  );
  const control = await bundle.control();
  const traced = await bundle.planned('control-traced', [control]);
  const build = statementsOf(traced).find((statement) => statement.waitsForSnapshots);
  const id = `contention-pre-deploy-${build?.ordinal}-pg-dump..public.books`;
  const run = await bundle.planned(id, [control, traced]);
  expect(run).toMatchObject({ outcome: 'completed', fault: { met: true }, weaknesses: [] });
});

test('a constraint that is only validated waits for a vacuum and lets the traffic pass', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      { load },
      {
        'seed.sql': `CREATE TABLE books (id int PRIMARY KEY, title text);
INSERT INTO books SELECT n, 'book ' || n FROM generate_series(1, 50) AS n;
ALTER TABLE books ADD CONSTRAINT titled CHECK (title IS NOT NULL) NOT VALID;\n`,
        'migrations/1.sql': 'ALTER TABLE books VALIDATE CONSTRAINT titled;\n',
      },
    ),
  );
  const control = await bundle.control();
  const traced = await bundle.planned('control-traced', [control]);
  const validate = statementsOf(control).find(({ sql }) => sql.includes('VALIDATE'));
  const run = await bundle.planned(`contention-pre-deploy-${validate?.ordinal}-vacuum..public.books`, [
    control,
    traced,
  ]);
  expect(run).toMatchObject({ outcome: 'completed', fault: { met: true }, load: { blockedTransactions: 0 } });
  const waited = run.lockWaits.find(({ waiter }) => waiter.role === 'migration');
  expect(waited?.blockers[0]?.applicationName).toBe('rehearsal/actor vacuum');
  expect(fingerprint(run)).toBe(fingerprint(control));
});

test('a table that the applications may not touch is held by who may', async () => {
  const files = {
    'seed.sql': `CREATE TABLE books (id int PRIMARY KEY, title text);
CREATE TABLE secrets (id int PRIMARY KEY, word text);
INSERT INTO secrets VALUES (1, 'x');
REVOKE ALL ON secrets FROM app;\n`,
    'migrations/1.sql': "SET LOCAL lock_timeout = '300ms';\nALTER TABLE secrets ADD COLUMN at timestamptz;\n",
  };
  const bundle = await lab.bundle(libraryBundle({ load }, files));
  const control = await bundle.control();
  const traced = await bundle.planned('control-traced', [control]);
  const alter = statementsOf(control).find(({ sql }) => sql.includes('ADD COLUMN'));
  const run = await bundle.planned(`contention-pre-deploy-${alter?.ordinal}-public.secrets`, [control, traced]);
  expect(run).toMatchObject({ fault: { met: true }, attempts: [{ exitCode: 1 }], outcome: 'failed' });
});

const twice = async (body: string, change: (sql: Sql) => Sql = (sql) => sql) => {
  const bundle = await lab.bundle(
    libraryBundle(
      { load, migrate: [{ name: 'pre-deploy', command: ['node', 'index.js'] }] },
      { 'package.json': withPg, 'index.js': migration(body) },
    ),
  );
  const control = await bundle.control();
  const isAutocommit = statementsOf(control).some(({ transaction, committed }) => transaction === null && committed);
  const results = isAutocommit ? [control, await bundle.control('traced')] : [control];
  const sql = change(bundle.context.sql);
  return { control, run: await bundle.planned('contention-second-start-pre-deploy', results, { sql }) };
};

test('two starts of one command have both read the ledger before either changes anything; the later one fails', async () => {
  const { control, run } = await twice(`
await client.query('BEGIN');
const { rows } = await client.query("SELECT FROM information_schema.columns WHERE column_name = 'shelf'");
if (rows.length === 0) await client.query('ALTER TABLE books ADD COLUMN shelf text');
await client.query('COMMIT');`);
  expect(run).toMatchObject({ outcome: 'completed', weaknesses: [] });
  expect(run.attempts).toMatchObject([{ attempt: 1, exitCode: 0 }]);
  expect(run.otherStart).toMatchObject({ attempt: 2, exitCode: 1 });
  expect(run.otherStart?.statements.find(({ sqlstate }) => sqlstate !== undefined)?.sqlstate).toBe('42701');
  expect(fingerprint(run)).toBe(fingerprint(control));
  expect(run.aftermath).toBeUndefined();
});

test('a second start that waits for an advisory lock of the first lets it go on, and finds nothing left to do', async () => {
  const { control, run } = await twice(`
await client.query('SELECT pg_advisory_lock(4711)');
const { rows } = await client.query("SELECT FROM information_schema.columns WHERE column_name = 'shelf'");
if (rows.length === 0) await client.query('ALTER TABLE books ADD COLUMN shelf text');`);
  expect([run.attempts[0]?.exitCode, run.otherStart?.exitCode]).toEqual([0, 0]);
  const parties = run.lockWaits.map(({ waiter, blockers }) => [waiter.role, blockers[0]?.role]);
  expect(parties).toContainEqual(['migration', 'migration']);
  expect(fingerprint(run)).toBe(fingerprint(control));
});

/** A machine so busy that we look at the locks seldom. */
const seldomLooking = (sql: Sql): Sql => ({
  ...sql,
  async connect(address, name, ...rest) {
    const session = await sql.connect(address, name, ...rest);
    if (name !== 'rehearsal/lock-sampler') return session;
    const query: SqlSession['query'] = async (...asked) => {
      await delay(300);
      return await session.query(...asked);
    };
    return { ...session, query, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  },
});

test('the wait of a second start is evidence, however seldom we look', async () => {
  const { run } = await twice(
    `
await client.query('SELECT pg_advisory_lock(4711)');
const { rows } = await client.query("SELECT FROM information_schema.columns WHERE column_name = 'shelf'");
if (rows.length === 0) await client.query('ALTER TABLE books ADD COLUMN shelf text');`,
    seldomLooking,
  );
  const parties = run.lockWaits.map(({ waiter, blockers }) => [waiter.role, blockers[0]?.role]);
  expect(parties).toContainEqual(['migration', 'migration']);
});

test('two starts that have both read the table and both want it alone run into each other; the server ends one', async () => {
  const { control, run } = await twice(`
await client.query('BEGIN');
const { rows } = await client.query('SELECT * FROM books LIMIT 1');
if (!('shelf' in rows[0])) await client.query('ALTER TABLE books ADD COLUMN shelf text');
await client.query('COMMIT');`);
  expect(run.attempts[0]?.exitCode).toBe(0);
  expect(run.otherStart?.statements.map(({ sqlstate }) => sqlstate)).toContain('40P01');
  expect(fingerprint(run)).toBe(fingerprint(control));
});
