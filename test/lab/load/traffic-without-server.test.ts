import { afterAll, beforeAll, expect, test } from 'vitest';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { systemClock } from '../../../shared/edge/adapters/system-clock.ts';
import { acquireActorLock } from '../../../workers/load/actor-lock.ts';
import { startTraffic, type Traffic } from '../../../workers/load/start-traffic.ts';
import { startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import { startTrafficLab, type TrafficLab, targetOf } from './traffic-lab.ts';

let lab: TrafficLab;
beforeAll(async () => {
  lab = await startTrafficLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

test('killed connections are failures, and the generator goes on with others', async () => {
  await lab.query(`CREATE TABLE alive (id int PRIMARY KEY, v int); INSERT INTO alive VALUES (1, 1), (2, 2), (3, 3)`);
  await using root = await pgSql.connect(lab.address, 'rehearsal/test');
  await using traffic = await lab.start(100, [targetOf('public.alive', 'id', 'v')]);
  await lab.untilWritten('alive', 10);
  traffic.markPhaseBegin();
  // Somebody has to be inside a statement when it is killed.
  const lock = await acquireActorLock(pgSql, lab.address, {
    relation: 'public.alive',
    holds: 'AccessExclusiveLock',
  });
  const waiting = `SELECT count(*) FROM pg_stat_activity
    WHERE application_name = 'rehearsal/traffic' AND wait_event_type = 'Lock'`;
  await expect.poll(async () => Number(await lab.ask(waiting))).toBeGreaterThan(5);
  await root.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rehearsal/traffic'`,
  );
  await lock.release();
  const killedAt = Number(await lab.ask(`SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'alive'`));
  await lab.untilWritten('alive', killedAt + 10);
  const measured = await traffic.stop();
  expect(measured.failedBySqlstate['57P01']).toBeGreaterThan(5);
  expect(measured.transactions).toBeGreaterThan(measured.failed);
});

test('a dead server gives failures without SQLSTATE, and the traffic still stops in time', async () => {
  await using doomed = await startEmbeddedPostgres();
  await using session = await pgSql.connect(doomed.address, 'rehearsal/test');
  await session.query(`CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)`);
  const options = { sql: pgSql, admin: doomed.address, apps: doomed.address, seed: 1, now: systemClock.now };
  const load = { ratePerSecond: 100, statements: [] };
  const traffic: Traffic = await startTraffic({ ...options, load, targets: [targetOf('public.t', 'id')] });
  await doomed[Symbol.asyncDispose]();
  await systemClock.wait(500);
  const startedAtMs = systemClock.now();
  const measured = await traffic.stop({ drainMs: 1_000 });
  expect(measured.failedBySqlstate.connection).toBeGreaterThan(10);
  expect(measured.coverage).toMatchObject([{ relation: 'public.t' }]);
  expect(systemClock.now() - startedAtMs).toBeLessThan(8_000);
});

test('what still waits at the end is unfinished, and its backend is not left behind', async () => {
  await lab.query(`CREATE TABLE held (id int PRIMARY KEY, v int); INSERT INTO held VALUES (1, 1)`);
  await using traffic = await lab.start(50, [targetOf('public.held', 'id', 'v')]);
  await lab.untilWritten('held', 5);
  traffic.markPhaseBegin();
  await using lock = await acquireActorLock(pgSql, lab.apps, { relation: 'public.held', holds: 'AccessExclusiveLock' });
  await systemClock.wait(300);
  const measured = await traffic.stop({ drainMs: 200 });
  expect(measured.failedBySqlstate.unfinished).toBeGreaterThan(3);
  expect(await lab.ask(`SELECT count(*) FROM pg_stat_activity WHERE application_name = 'rehearsal/traffic'`)).toBe('0');
  await lock.release();
});
