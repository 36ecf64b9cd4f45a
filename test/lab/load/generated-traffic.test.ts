import { afterAll, beforeAll, expect, test } from 'vitest';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { systemClock } from '../../../shared/edge/adapters/system-clock.ts';
import { observeLoad } from '../../../workers/load/start-traffic.ts';
import { sampleLocks } from '../../../workers/probes/lock-sampler.ts';
import { startTrafficLab, type TrafficLab, targetOf } from './traffic-lab.ts';

let lab: TrafficLab;
beforeAll(async () => {
  lab = await startTrafficLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const total = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

test('writes what was planned, really, and changes neither rows nor values', async () => {
  await lab.query(`CREATE TABLE keyed (id serial PRIMARY KEY, name text, at timestamptz DEFAULT now());
    CREATE TABLE nameless (x int, y text); CREATE TABLE paired (a int, b int, c text, PRIMARY KEY (a, b));
    CREATE TABLE "Odd Name" ("Key" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "va lue" text);
    INSERT INTO keyed (name) SELECT 'n' || i FROM generate_series(1, 30) i;
    INSERT INTO nameless SELECT i, 'y' FROM generate_series(1, 30) i;
    INSERT INTO paired SELECT i, i, 'c' FROM generate_series(1, 30) i;
    INSERT INTO "Odd Name" ("va lue") SELECT 'v' FROM generate_series(1, 30)`);
  const content = `SELECT md5((SELECT string_agg(k::text, ',' ORDER BY k.id) FROM keyed k)
    || (SELECT string_agg(n::text, ',' ORDER BY x) FROM nameless n)
    || (SELECT string_agg(o::text, ',' ORDER BY "Key") FROM "Odd Name" o))`;
  const before = await lab.ask(content);
  await using traffic = await lab.start(200, [
    targetOf('public.keyed', 'id', 'name', 'at'),
    targetOf('public.nameless', 'x', 'y'),
    targetOf('public.paired', 'a', 'b', 'c'),
    targetOf('public.Odd Name', 'Key', 'va lue'),
  ]);
  await lab.untilWritten('keyed', 50);
  const measured = await traffic.stop();
  expect(measured.failedBySqlstate).toEqual({});
  expect(measured.coverage.map(({ relation }) => relation)).toEqual([
    'public.Odd Name',
    'public.keyed',
    'public.nameless',
    'public.paired',
  ]);
  for (const { planned, seen } of measured.coverage) {
    expect(planned).toBeGreaterThan(5);
    expect(seen / planned).toBeGreaterThanOrEqual(0.8);
    expect(seen).toBeLessThanOrEqual(planned);
  }
  expect(await lab.ask(content)).toBe(before);
  expect(await lab.ask(`SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'rehearsal/%'`)).toBe('0');
});

test('an empty table is written where its defaults allow, and partitions count for their table', async () => {
  await lab.query(`CREATE TABLE empty_one (id bigserial PRIMARY KEY, note text DEFAULT 'x');
    CREATE TABLE empty_two (id int PRIMARY KEY, note text NOT NULL);
    CREATE TABLE parts (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
    CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
    CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (90);
    INSERT INTO parts SELECT i, 'v' FROM generate_series(1, 20) i`);
  await using traffic = await lab.start(200, [
    targetOf('public.empty_one', 'id', 'note'),
    targetOf('public.empty_two', 'id', 'note'),
    targetOf('public.parts', 'id', 'v'),
    targetOf('public.absent', 'id'),
  ]);
  await lab.untilWritten('parts_1', 10);
  await lab.untilWritten('empty_one', 10);
  const { coverage, failedBySqlstate } = await traffic.stop();
  expect(failedBySqlstate).toEqual({});
  const of = Object.fromEntries(coverage.map(({ relation, ...rest }) => [relation, rest]));
  expect(of['public.parts']?.seen).toBeGreaterThanOrEqual((of['public.parts']?.planned ?? 0) * 0.8);
  expect(of['public.empty_one']?.seen).toBeGreaterThan(0);
  expect(of['public.empty_two']).toEqual({ planned: 0, seen: 0 });
  expect(of['public.absent']).toMatchObject({ planned: 0, seen: 0 });
  expect(await lab.ask('SELECT count(*) FROM empty_one')).toBe('0');
});

test('a lock held for three seconds shows as a latency of three seconds for all who arrived meanwhile', async () => {
  await lab.query(
    `CREATE TABLE stuck (id int PRIMARY KEY, v text); INSERT INTO stuck SELECT i, 'v' FROM generate_series(1, 50) i`,
  );
  const originMs = systemClock.now();
  const roleOf = (_pid: number, name: string) => ({ role: name === 'migrate' ? 'migration' : 'traffic' }) as const;
  await using sampler = await sampleLocks(pgSql, lab.address, {
    clock: systemClock,
    now: () => systemClock.now() - originMs,
    roleOf,
  });
  await using traffic = await lab.start(50, [targetOf('public.stuck', 'id', 'v')]);
  await lab.untilWritten('stuck', 10);
  traffic.markPhaseBegin();
  await lab.query('BEGIN; LOCK TABLE stuck IN ACCESS EXCLUSIVE MODE');
  await systemClock.wait(3_000);
  await lab.query('COMMIT');
  const measured = await traffic.stop();
  const { waits, gapMsMax } = await sampler.stop();
  const load = observeLoad(measured, waits);

  expect(load.latencyMs.max).toBeGreaterThan(2_850);
  expect(load.baselineLatencyMs.max).toBeLessThan(load.latencyMs.max);
  // About 150 arrive in 3 s; each waits for what is left of the lock, evenly spread.
  const slow = load.series.filter((bucket) => bucket.p50Ms > 250).reduce((n, bucket) => n + bucket.transactions, 0);
  expect(slow).toBeGreaterThan(110);
  expect(slow).toBeLessThan(200);
  expect(load.blockedMsMax).toBeGreaterThan(2_500);
  expect(load.blockedTransactions).toBeGreaterThan(50);
  expect(load.queueDepthMax).toBeGreaterThan(100);
  expect(load.failedBySqlstate).toEqual({});
  expect(load.lagMsP99).toBeLessThan(1_000);
  expect(gapMsMax).toBeLessThan(3_000);
  expect(load.coverage[0]?.seen).toBeGreaterThanOrEqual((load.coverage[0]?.planned ?? 0) * 0.8);
});

test('a constraint that existing rows break shows by its SQLSTATE, and not in the baseline', async () => {
  await lab.query(
    `CREATE TABLE checked (id int PRIMARY KEY, v int); INSERT INTO checked SELECT i, i FROM generate_series(1, 9) i`,
  );
  await using traffic = await lab.start(100, [targetOf('public.checked', 'id', 'v')]);
  await lab.untilWritten('checked', 10);
  traffic.markPhaseBegin();
  await lab.query('ALTER TABLE checked ADD CONSTRAINT small CHECK (v < 0) NOT VALID');
  await systemClock.wait(500);
  const measured = await traffic.stop();
  expect(measured.baselineFailedBySqlstate).toEqual({});
  expect(Object.keys(measured.failedBySqlstate)).toEqual(['23514']);
  expect(total(measured.failedBySqlstate)).toBe(measured.failed);
});

test('a plan that a changed type made stale is prepared again and is no failure', async () => {
  await lab.query(
    `CREATE TABLE typed (id serial PRIMARY KEY, v varchar(10)); INSERT INTO typed (v) VALUES ('a'), ('b'), ('c')`,
  );
  await using traffic = await lab.start(200, [targetOf('public.typed', 'id', 'v')]);
  await lab.untilWritten('typed', 60);
  traffic.markPhaseBegin();
  await lab.query(`ALTER TABLE typed ALTER v TYPE varchar(20);
    ALTER TABLE typed ADD COLUMN must text NOT NULL DEFAULT 'x';
    ALTER TABLE typed ALTER must DROP DEFAULT; CREATE UNIQUE INDEX ON typed (v)`);
  await systemClock.wait(700);
  const measured = await traffic.stop();
  expect(measured.failedBySqlstate).toEqual({});
  expect(measured.preparedAgain).toBeGreaterThan(0);
  expect(await lab.ask('SELECT count(*) FROM typed')).toBe('3');
});

test('a column that goes away fails the statements that name it', async () => {
  await lab.query(`CREATE TABLE losing (id int PRIMARY KEY, v int); INSERT INTO losing VALUES (1, 1), (2, 2)`);
  await using traffic = await lab.start(100, [targetOf('public.losing', 'id', 'v')]);
  await lab.untilWritten('losing', 5);
  traffic.markPhaseBegin();
  await lab.query('ALTER TABLE losing RENAME v TO w');
  await systemClock.wait(300);
  expect(Object.keys((await traffic.stop()).failedBySqlstate)).toEqual(['42703']);
});

test('a table that gives its name to a view is read before and after, with a key and without', async () => {
  await lab.query(`CREATE TABLE named (id int PRIMARY KEY, v text); CREATE TABLE unnamed (v text);
    INSERT INTO named SELECT i, 'v' FROM generate_series(1, 30) i; INSERT INTO unnamed SELECT 'v' FROM named`);
  const onlyRead = { onlyRead: true } as const;
  await using traffic = await lab.start(200, [
    { ...targetOf('public.named', 'id', 'v'), ...onlyRead },
    { ...targetOf('public.unnamed', 'v'), ...onlyRead },
  ]);
  const calls = `SELECT sum(seq_scan + coalesce(idx_scan, 0))::int FROM pg_stat_user_tables
    WHERE relname ~ '^(un)?named'`;
  const asked = async (least: number) =>
    expect.poll(async () => Number(await lab.ask(calls)), { timeout: 10_000 }).toBeGreaterThan(least);
  await asked(20);
  await lab.query(`BEGIN; ALTER TABLE named RENAME TO named_2; CREATE VIEW named AS SELECT * FROM named_2;
    ALTER TABLE unnamed RENAME TO unnamed_2; CREATE VIEW unnamed AS SELECT * FROM unnamed_2; COMMIT`);
  await asked(Number(await lab.ask(calls)) + 20);
  const measured = await traffic.stop();
  expect(measured.failedBySqlstate).toEqual({});
  expect(measured.coverage.map(({ planned }) => planned)).toEqual([0, 0]);
});
