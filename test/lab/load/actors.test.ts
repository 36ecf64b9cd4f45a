import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LockMode, lockModes } from '../../../shared/domain/lock.ts';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { systemClock } from '../../../shared/edge/adapters/system-clock.ts';
import type { SqlSession } from '../../../shared/edge/ports/sql.ts';
import { acquireActorLock } from '../../../workers/load/actor-lock.ts';
import { startActors } from '../../../workers/load/start-actors.ts';
import { lookAtBackend } from '../../../workers/probes/look-at-backend.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';

let server: EmbeddedPostgres;
let admin: SqlSession;
beforeAll(async () => {
  server = await startEmbeddedPostgres({ settings: { idle_in_transaction_session_timeout: '100ms' } });
  admin = await pgSql.connect(server.address, 'rehearsal/test');
  await admin.query(`CREATE TABLE a (id int PRIMARY KEY, v text); INSERT INTO a VALUES (1, 'x'), (2, 'y');
    CREATE TABLE b (v text); CREATE TABLE "C d" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)`);
});
afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const heldBy = async (pid: number): Promise<readonly string[]> =>
  (await lookAtBackend(admin, pid)).locks.map((lock) => `${lock.relation} ${lock.mode}`);

test.each(lockModes)(
  'an actor holds %s until it is released, longer than the server lets others idle',
  async (holds: LockMode) => {
    for (const relation of ['public.a', 'public.b', 'public.C d']) {
      const lock = await acquireActorLock(pgSql, server.address, { relation, holds });
      if (relation === 'public.a') await systemClock.wait(150);
      expect(await heldBy(lock.pid)).toContain(`${relation} ${holds}`);
      await lock.release();
      await lock.release();
      expect(await heldBy(lock.pid)).toEqual([]);
    }
    expect(await admin.query('SELECT * FROM a ORDER BY id')).toEqual([
      { id: 1, v: 'x' },
      { id: 2, v: 'y' },
    ]);
  },
);

test('a lock that cannot be had is refused in time and leaves nothing behind', async () => {
  await using first = await acquireActorLock(pgSql, server.address, {
    relation: 'public.a',
    holds: 'AccessExclusiveLock',
  });
  const second = { relation: 'public.a', holds: 'AccessShareLock', waitMsMax: 50 } as const;
  await expect(acquireActorLock(pgSql, server.address, second)).rejects.toMatchObject({ code: 'no-actor-lock' });
  await expect(acquireActorLock(pgSql, server.address, { ...second, relation: 'public.z' })).rejects.toThrow(
    'public.z',
  );
  expect(first.pid).toBeGreaterThan(0);
});

test('actors hold every relation together, pause together, and do so again', async () => {
  const relations = ['public.a', 'public.b', 'public.gone'];
  const actors = ['idle-in-transaction', 'long-read', 'pg-dump', 'vacuum'] as const;
  const held = `SELECT count(*)::int AS n FROM pg_locks l JOIN pg_stat_activity s USING (pid)
    WHERE s.application_name LIKE 'rehearsal/actor%'
      AND l.mode IN ('RowExclusiveLock', 'AccessShareLock', 'ShareUpdateExclusiveLock')
      AND l.relation IN ('a'::regclass, 'b'::regclass)`;
  const count = async () => (await admin.query<{ n: number }>(held))[0]?.n ?? -1;
  const options = { sql: pgSql, address: server.address, clock: systemClock, holdMs: 2_000 };
  await using running = await startActors({ ...options, actors, relations });
  for (let round = 0; round < 2; round += 1) {
    // Two readers, two dumps and two vacuums with one lock each; the writers' search for their row takes a second one.
    await expect.poll(count, { interval: 10, timeout: 15_000 }).toBeGreaterThanOrEqual(8);
    await expect.poll(count, { interval: 10, timeout: 15_000 }).toBe(0);
  }
  const seen = await running.stop();
  expect(seen.rounds).toBeGreaterThanOrEqual(2);
  expect(seen.holds).toBeGreaterThanOrEqual(16);
  expect(seen.refused).toBeGreaterThanOrEqual(8);
  const left = `SELECT FROM pg_stat_activity WHERE application_name LIKE 'rehearsal/actor%'`;
  await expect.poll(async () => (await admin.query(left)).length, { timeout: 15_000 }).toBe(0);
});

test('a writer holds its lock on a table whose only row everybody else writes too', async () => {
  await admin.query('CREATE TABLE counter (n int PRIMARY KEY); INSERT INTO counter VALUES (1)');
  await using busy = await pgSql.connect(server.address, 'rehearsal/test');
  await busy.query('BEGIN; UPDATE counter SET n = n');
  const held = acquireActorLock(pgSql, server.address, {
    relation: 'public.counter',
    holds: 'RowExclusiveLock',
    holder: 'open-write',
  });
  const waits = `SELECT FROM pg_stat_activity WHERE application_name LIKE 'rehearsal/actor%' AND wait_event_type = 'Lock'`;
  await expect.poll(async () => (await admin.query(waits)).length, { interval: 10 }).toBe(1);
  await busy.query('COMMIT');
  await using lock = await held;
  expect(await heldBy(lock.pid)).toContain('public.counter RowExclusiveLock');
});
