import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseRunId } from '../../../shared/domain/ids.ts';
import type { RunResult } from '../../../shared/domain/observation.ts';
import type { Cut, CutMoment, InterruptionRun } from '../../../shared/domain/run.ts';
import { stateFingerprint } from '../../../shared/plan/state-fingerprint.ts';
import { libraryBundle, withPg } from '../../support/contract-bundles.ts';
import { type LabBundle, migration, openScenarioLab, type ScenarioLab } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const fingerprint = ({ end }: { readonly end: RunResult['end'] }): string =>
  end.seen ? stateFingerprint(end.value) : end.why;

const commandBundle = (body: string): Promise<LabBundle> =>
  lab.bundle(
    libraryBundle(
      { migrate: [{ name: 'pre-deploy', command: ['node', 'migrate.js'] }] },
      { 'package.json': withPg, 'migrate.js': migration(body) },
    ),
  );

async function plannedOn(bundle: LabBundle, id: string): Promise<{ control: RunResult; run: RunResult }> {
  const control = await bundle.control();
  const traced = await bundle.planned('control-traced', [control]);
  return { control, run: await bundle.planned(id, [control, traced]) };
}

/** The statement that commits the change, in a run that is decided by hand. */
function cutAt(control: RunResult, committed: number, cut: Cut, moment: CutMoment): InterruptionRun {
  const [attempt] = control.attempts;
  const statement = attempt?.statements.find((candidate) => candidate.committed === committed);
  if (attempt === undefined || statement === undefined) throw new Error(`no change ${committed} in the control run`);
  return {
    ...{ id: parseRunId('by-hand'), scenario: 'interruption', seed: 7, alone: false, expectedEnds: {} },
    ...{ phase: attempt.phase, committed, ordinal: statement.ordinal, cut, moment },
  };
}

const apart = `
  await client.query('CREATE TABLE IF NOT EXISTS schema_migrations (version text)');
  const { rowCount } = await client.query("SELECT FROM schema_migrations WHERE version = 'shelf'");
  if (rowCount === 0) {
    await client.query('ALTER TABLE books ADD COLUMN shelf text');
    await client.query("INSERT INTO schema_migrations VALUES ('shelf')");
  }`;

test('a connection that is cut after the commit leaves the change, and the command ends by itself', async () => {
  const { run, control } = await plannedOn(await commandBundle(apart), 'interruption-pre-deploy-2-cut-connection');
  expect(run).toMatchObject({ outcome: 'failed', weaknesses: [] });
  expect(run.attempts).toMatchObject([{ killedByUs: false, exitCode: 1 }]);
  expect(run.fault).toMatchObject({
    ...{ kind: 'cut-connection', moment: 'after', met: true, boundary: 2 },
    transaction: { id: expect.stringMatching(/^\d+$/), status: 'committed' },
  });
  expect(run.fault?.backendPid).toBe(run.attempts[0]?.statements.at(-1)?.backendPid);
  const quiet = control.states.find(({ point }) => point.kind === 'inside' && point.committed === 2);
  expect(quiet?.state.seen && stateFingerprint(quiet.state.value)).toBe(fingerprint(run));
  const [retry] = run.aftermath?.retry?.attempts ?? [];
  expect(retry?.statements.map(({ sqlstate }) => sqlstate).filter(Boolean)).toEqual(['42701']);
});

test('a command that connects again and goes on is judged by its own end', async () => {
  const body = `
  await Promise.allSettled([client.query('CREATE TABLE shelves (id int)')]);
  client.on('error', () => undefined);
  const again = await connect();
  await again.query('CREATE TABLE IF NOT EXISTS shelves (id int)');
  await again.end();`;
  const bundle = await commandBundle(`client.on('error', () => undefined);${body}`);
  const { run, control } = await plannedOn(bundle, 'interruption-pre-deploy-1-cut-connection');
  expect(run).toMatchObject({ outcome: 'completed', fault: { met: true }, attempts: [{ exitCode: 0 }] });
  expect(fingerprint(run)).toBe(fingerprint(control));
  expect(run.aftermath).toBeUndefined();
});

test('a session that is ended in the midst of a concurrent build leaves an invalid index', async () => {
  const body = "await client.query('CREATE INDEX CONCURRENTLY books_title ON books (title)');";
  const { run } = await plannedOn(await commandBundle(body), 'interruption-pre-deploy-1-kill-backend-during');
  expect(run).toMatchObject({ outcome: 'failed', fault: { kind: 'kill-backend', moment: 'during', met: true } });
  expect(run.attempts[0]?.statements.at(-1)?.sqlstate).toBe('57P01');
  const index = run.end.seen && run.end.value.schema.objects.find(({ name }) => name === 'public.books_title');
  expect(index).toMatchObject({ attributes: { valid: false } });
});

test('a session that is ended before its COMMIT is sent leaves nothing of the transaction', async () => {
  const bundle = await lab.bundle(libraryBundle({}, { 'migrations/1.sql': 'CREATE TABLE shelves (id int);\n' }));
  const control = await bundle.control();
  const traced = await bundle.planned('control-traced', [control]);
  const id = control.attempts[0]?.statements.findLast(({ committed }) => committed !== undefined)?.committed;
  const run = await bundle.planned(`interruption-pre-deploy-${id}-kill-backend-before`, [control, traced]);
  expect(run.fault).toMatchObject({ moment: 'before', met: true, transaction: { status: 'aborted' } });
  expect(run.end.seen && run.end.value.schema.objects.some(({ name }) => name === 'public.shelves')).toBe(false);
  expect(run.aftermath?.retry && fingerprint(run.aftermath.retry)).toBe(fingerprint(control));
});

const unlogged = "await client.query('CREATE UNLOGGED TABLE shelves AS SELECT 1 AS id');";
const rowsOf = (end: RunResult['end'] | undefined, relation: string) =>
  end?.seen ? end.value.rowCounts.find((count) => count.relation === relation)?.rows : undefined;

test('a killed server recovers what was committed, without the rows of unlogged tables', async () => {
  const { run, control } = await plannedOn(await commandBundle(unlogged), 'interruption-pre-deploy-1-kill-server');
  expect(run.fault).toMatchObject({ kind: 'kill-server', met: true, transaction: { status: 'committed' } });
  expect(run.attempts).toMatchObject([{ killedByUs: false, exitCode: 1 }]);
  expect(fingerprint(run)).toBe(fingerprint(control));
  expect([rowsOf(control.end, 'public.shelves'), rowsOf(run.end, 'public.shelves')]).toEqual([1, 0]);
});

test('a session that is killed as for memory takes all others along, and the server recovers by itself', async () => {
  const bundle = await commandBundle(unlogged);
  const control = await bundle.control();
  const run = await bundle.run(cutAt(control, 1, 'out-of-memory', 'after'));
  expect(run).toMatchObject({ fault: { kind: 'out-of-memory', met: true }, backendsOomKilled: 0 });
  expect(rowsOf(run.end, 'public.shelves')).toBe(0);
});

test('a killed client does not stop its statement: what the server went on to commit is waited for', async () => {
  const body = "await client.query('DO $$ BEGIN CREATE TABLE shelves (id int); PERFORM pg_sleep(1.1); END $$');";
  const { run, control } = await plannedOn(await commandBundle(body), 'interruption-pre-deploy-1-during');
  expect(run.fault).toMatchObject({ moment: 'during', met: true, transaction: { status: 'committed' } });
  expect(run.attempts).toMatchObject([{ killedByUs: true, exitCode: 137 }]);
  expect(fingerprint(run)).toBe(fingerprint(control));
});
