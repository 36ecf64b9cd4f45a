import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
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
const idOf = (runs: readonly { readonly id: string }[], part: string) => runs.find(({ id }) => id.includes(part))?.id;

test('a concurrent index build meets a vacuum, and an old view of other rows; its timeout leaves an invalid index', async () => {
  const sql = "SET lock_timeout = '500ms';\nCREATE INDEX CONCURRENTLY books_title ON books (title);\n";
  const bundle = await lab.bundle(libraryBundle({ load }, { 'migrations/1.sql': sql }));
  const control = await bundle.control();
  const traced = await bundle.planned('control-traced', [control]);
  const build = statementsOf(traced).find((statement) => statement.waitsForSnapshots);
  expect(build?.sql).toContain('CONCURRENTLY');
  const behind = async (holder: string) =>
    await bundle.planned(`contention-pre-deploy-${build?.ordinal}-${holder}..public.books`, [control, traced]);
  const vacuum = await behind('vacuum');
  expect(vacuum).toMatchObject({ fault: { met: true, mode: 'ShareUpdateExclusiveLock' }, attempts: [{ exitCode: 1 }] });
  const dump = await behind('pg-dump');
  expect(dump).toMatchObject({ fault: { met: true, mode: 'AccessShareLock' }, attempts: [{ exitCode: 1 }] });
  const refused = (run: RunResult) => statementsOf(run).find(({ sqlstate }) => sqlstate !== undefined);
  expect([refused(vacuum)?.sqlstate, refused(dump)?.sqlstate]).toEqual(['55P03', '55P03']);
  const indexOf = (run: RunResult) =>
    run.end.seen && run.end.value.schema.objects.find(({ name }) => name === 'public.books_title')?.attributes.valid;
  expect([indexOf(vacuum), indexOf(dump)]).toEqual([undefined, false]);
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

const twice = async (body: string, files: Readonly<Record<string, string>> = {}) => {
  const bundle = await lab.bundle(
    libraryBundle(
      { load, migrate: [{ name: 'pre-deploy', command: ['node', 'index.js'] }] },
      { 'package.json': withPg, 'index.js': migration(body), ...files },
    ),
  );
  const control = await bundle.control();
  const traced = idOf([], '') ?? control.attempts[0]?.statements.some((s) => s.transaction === null && s.committed);
  const results = traced ? [control, await bundle.planned('control-traced', [control])] : [control];
  return { control, run: await bundle.planned('contention-second-start-pre-deploy', results) };
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
  expect(
    run.lockWaits.some(({ waiter, blockers }) => waiter.role === 'migration' && blockers[0]?.role === 'migration'),
  );
  expect(fingerprint(run)).toBe(fingerprint(control));
});

test('two starts that share a lock and both want more run into each other, and the server ends one', async () => {
  const { run } = await twice(`
await client.query('BEGIN');
await client.query('LOCK TABLE books IN SHARE ROW EXCLUSIVE MODE NOWAIT').catch(() => undefined);
await client.query('ROLLBACK');
await client.query('BEGIN');
await client.query('LOCK TABLE books IN SHARE MODE');
await client.query('SELECT pg_sleep(0)');
await client.query('ALTER TABLE books ADD COLUMN shelf text');
await client.query('COMMIT');`);
  expect([run.attempts[0]?.exitCode, run.otherStart?.exitCode].toSorted()).toEqual([0, 1]);
});
