import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Sql } from '../../../shared/edge/ports/sql.ts';
import { gaveUpTheLock } from '../../../shared/judge/derive/caught-errors.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import { performRun } from '../../../workers/perform-run.ts';
import { libraryBundle } from '../../support/contract-bundles.ts';
import { openScenarioLab, type ScenarioLab, statementsOf } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const handled = (body: string, condition: string): string =>
  `DO $run$ BEGIN ${body}; EXCEPTION WHEN ${condition} THEN NULL; END $run$`;

test('an error that a handler inside the server catches is read from the WAL, one on the wire is not told twice', async () => {
  const statements = [
    handled("INSERT INTO books VALUES (1, 'again')", 'unique_violation'),
    handled("INSERT INTO books VALUES (1001, 'new')", 'unique_violation'),
    'SAVEPOINT here',
    "INSERT INTO books VALUES (1002, 'never')",
    'ROLLBACK TO here',
    "UPDATE books SET title = title || '.' WHERE id < 9",
  ];
  const migration = statements.map((sql) => `${sql};\n`).join('');
  const bundle = await lab.bundle(libraryBundle({}, { 'migrations/1.sql': migration }), ['control']);
  const control = await bundle.control();
  expect(control).toMatchObject({ outcome: 'completed', weaknesses: [] });
  const told = statementsOf(control).filter(({ caught }) => caught !== undefined);
  expect(told.map(({ line, caught }) => [line, caught])).toEqual([[1, { seen: true, value: 1 }]]);
  const schema = control.end.seen ? control.end.value.schema : undefined;
  expect(schema?.objects.filter(({ name }) => name.includes('walinspect'))).toEqual([]);
});

test('a statement that gives up the lock it needs, and says nothing, is found by who still held it', async () => {
  const alter = "SET LOCAL lock_timeout = '200ms'; ALTER TABLE books ADD COLUMN shelf text";
  const bundle = await lab.bundle(
    libraryBundle(
      { load: { rate: '40/s', duration: '1s', hold: '1s' } },
      { 'migrations/1.sql': `${handled(alter, 'lock_not_available')};\n` },
    ),
    ['control', 'contention'],
  );
  const evidence = await bundle.rehearse();
  const { findings } = judge(evidence, { honourWaivers: true });
  const swallowed = findings.filter(({ check }) => check === 'swallowed-error');
  expect(swallowed, JSON.stringify(findings, null, 1)).toMatchObject([
    { severity: 'blocks', scenario: 'contention', relation: 'public.books', line: 1 },
  ]);
  expect(swallowed[0]?.title).toContain('gave up waiting for public.books');
  // Nobody can read its limit from outside, but here it was seen to have one.
  expect(findings.filter(({ check }) => check === 'missing-lock-timeout')).toEqual([]);
});

/** A machine so busy that an actor's goodbye takes its time, long after the server let go of its locks. */
const slowToSayGoodbye = (sql: Sql): Sql => ({
  ...sql,
  async connect(address, name, ...rest) {
    const session = await sql.connect(address, name, ...rest);
    if (!name.startsWith('rehearsal/actor')) return session;
    const end = async () => {
      await session[Symbol.asyncDispose]();
      await delay(500);
    };
    return { ...session, query: session.query.bind(session), [Symbol.asyncDispose]: end };
  },
});

test('a statement that got its lock when it was let go of gave nothing up, however late we hear of it', async () => {
  const files = { 'migrations/1.sql': 'ALTER TABLE books ADD COLUMN shelf text;\n' };
  const load = { rate: '40/s', duration: '1s', hold: '1s' };
  const bundle = await lab.bundle(libraryBundle({ load }, files), ['control', 'contention']);
  const quiet = [await bundle.control(), await bundle.control('traced')];
  const { runs } = planRuns(bundle.context.plan, quiet);
  const [spec] = runs.filter(({ id }) => id.startsWith('contention-') && !id.includes('second-start'));
  if (spec === undefined) throw new Error(`no contention among ${runs.map(({ id }) => id)}`);
  const context = { ...bundle.context, sql: slowToSayGoodbye(bundle.context.sql) };
  const result = await performRun(context, spec, new AbortController().signal);
  expect(result).toMatchObject({ outcome: 'completed', fault: { met: true } });
  expect(result.lockWaits.some(({ waiter }) => waiter.role === 'migration')).toBe(true);
  expect(gaveUpTheLock(result)).toEqual([]);
});

test('a statement that gives up and asks again until it has the lock has a limit, and swallows nothing', async () => {
  const patient = `DO $run$ BEGIN
    FOR attempt IN 1..50 LOOP
      BEGIN
        SET LOCAL lock_timeout = '200ms';
        ALTER TABLE books ADD COLUMN shelf text;
        RETURN;
      EXCEPTION WHEN lock_not_available THEN PERFORM pg_sleep(0.1);
      END;
    END LOOP;
    RAISE lock_not_available;
  END $run$`;
  const bundle = await lab.bundle(
    libraryBundle({ load: { rate: '40/s', duration: '1s', hold: '1s' } }, { 'migrations/1.sql': `${patient};\n` }),
    ['control', 'contention'],
  );
  const { findings } = judge(await bundle.rehearse(), { honourWaivers: true });
  const told = findings.map(({ check }) => check).filter((check) => check !== 'weak-evidence');
  expect(told, JSON.stringify(findings, null, 1)).toEqual([]);
});
