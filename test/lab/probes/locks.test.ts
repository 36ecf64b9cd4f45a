import { afterAll, beforeAll, expect, test } from 'vitest';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { systemClock } from '../../../shared/edge/adapters/system-clock.ts';
import type { SqlSession } from '../../../shared/edge/ports/sql.ts';
import { sampleLocks } from '../../../workers/probes/lock-sampler.ts';
import { lookAtBackend } from '../../../workers/probes/look-at-backend.ts';
import { readRelfilenodes, rewrittenRelations } from '../../../workers/probes/read-relfilenodes.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';

let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await startEmbeddedPostgres({ settings: { autovacuum: 'off' } });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const connect = (name = 'rehearsal/test'): Promise<SqlSession> => pgSql.connect(server.address, name);

async function untilBlocked(watcher: SqlSession, waiter: SqlSession): Promise<void> {
  const isBlocked = 'SELECT cardinality(pg_blocking_pids($1)) > 0 AS blocked';
  const asked = async () => (await watcher.query<{ blocked: boolean }>(isBlocked, [waiter.backendPid]))[0]?.blocked;
  while ((await asked()) !== true) await systemClock.wait(5);
}

const roleOf = (_pid: number, applicationName: string) =>
  applicationName === 'migrate'
    ? ({ role: 'migration', ordinal: 3 } as const)
    : applicationName === 'rehearsal/actor'
      ? ({ role: 'actor' } as const)
      : ({ role: 'traffic' } as const);

test('a queue behind a waiting ALTER is told wait by wait, with each direct blocker and its role', async () => {
  await using watcher = await connect();
  await using actor = await connect('rehearsal/actor');
  await using migration = await connect('migrate');
  await using reader = await connect('rehearsal/traffic');
  await watcher.query('DROP TABLE IF EXISTS hot; CREATE TABLE hot (id int PRIMARY KEY); INSERT INTO hot VALUES (1)');
  const originMs = systemClock.now();
  const now = () => systemClock.now() - originMs;
  await using sampler = await sampleLocks(pgSql, server.address, { clock: systemClock, now, roleOf });
  await actor.query('BEGIN; SELECT FROM hot');
  const askedAtMs = now();
  const alter = migration.query('ALTER TABLE hot ADD COLUMN x int');
  await untilBlocked(watcher, migration);
  const read = reader.query('SELECT FROM hot');
  await untilBlocked(watcher, reader);
  await systemClock.wait(300);
  await actor.query('COMMIT');
  const releasedAtMs = now();
  await Promise.all([alter, read]);
  const { waits, gapMsMax, waitersMax, failures } = await sampler.stop();

  expect(waits.map(({ waiter, blockers, relation, mode }) => ({ waiter, blockers, relation, mode }))).toEqual([
    {
      waiter: { role: 'migration', ordinal: 3, applicationName: 'migrate', pid: migration.backendPid },
      blockers: [{ role: 'actor', applicationName: 'rehearsal/actor', pid: actor.backendPid }],
      relation: 'public.hot',
      mode: 'AccessExclusiveLock',
    },
    {
      waiter: { role: 'traffic', applicationName: 'rehearsal/traffic', pid: reader.backendPid },
      blockers: [{ role: 'migration', ordinal: 3, applicationName: 'migrate', pid: migration.backendPid }],
      relation: 'public.hot',
      mode: 'AccessShareLock',
    },
  ]);
  const [first] = waits;
  expect(first?.startedAtMs).toBeGreaterThanOrEqual(askedAtMs - 5);
  expect((first?.startedAtMs ?? 0) + (first?.waitedMs ?? 0)).toBeLessThanOrEqual(releasedAtMs + 10);
  expect(first?.waitedMs).toBeGreaterThan(250);
  expect({ waitersMax, failures }).toEqual({ waitersMax: 2, failures: 0 });
  expect(gapMsMax).toBeGreaterThan(0);
});

test('a wait for a row names the table, and stopping sees a wait that still lasts', async () => {
  await using watcher = await connect();
  await using migration = await connect('migrate');
  await using writer = await connect('rehearsal/traffic');
  await watcher.query(
    'DROP TABLE IF EXISTS rowed; CREATE TABLE rowed (id int PRIMARY KEY); INSERT INTO rowed VALUES (1)',
  );
  await migration.query('BEGIN; UPDATE rowed SET id = id');
  const sampler = await sampleLocks(pgSql, server.address, { clock: systemClock, now: systemClock.now, roleOf });
  const write = writer.query('UPDATE rowed SET id = id');
  await untilBlocked(watcher, writer);
  const { waits } = await sampler.stop();
  await migration.query('COMMIT');
  await write;
  expect(waits).toMatchObject([{ relation: 'public.rowed', blockers: [{ role: 'migration' }] }]);
});

test('the sampler outlives a killed connection and says what it missed', async () => {
  await using watcher = await connect();
  await using sampler = await sampleLocks(pgSql, server.address, { clock: systemClock, now: systemClock.now, roleOf });
  await watcher.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rehearsal/lock-sampler'`,
  );
  const alive = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'rehearsal/lock-sampler'`;
  await expect.poll(async () => (await watcher.query<{ n: number }>(alive))[0]?.n).toBe(0);
  await expect.poll(async () => (await watcher.query<{ n: number }>(alive))[0]?.n).toBe(1);
  const { failures, lastFailure } = await sampler.stop();
  expect(failures).toBeGreaterThan(0);
  expect(lastFailure).toMatch(/terminat/);
});

test('locks of an open transaction are read from another session, those on dropped tables too', async () => {
  await using watcher = await connect();
  await using migration = await connect('migrate');
  await watcher.query('CREATE TABLE gone (id int PRIMARY KEY); CREATE TABLE kept (id int)');
  await migration.query(`BEGIN; SET LOCAL lock_timeout = '5s'; DROP TABLE gone; CREATE TABLE fresh (id int);
    SELECT FROM kept; LOCK TABLE kept IN SHARE ROW EXCLUSIVE MODE; SELECT count(*) FROM pg_class`);
  expect((await lookAtBackend(watcher, migration.backendPid)).locks).toEqual([
    { relation: 'public.gone', mode: 'AccessExclusiveLock' },
    { relation: 'public.kept', mode: 'ShareRowExclusiveLock' },
  ]);
  await migration.query('COMMIT');
  expect((await lookAtBackend(watcher, migration.backendPid)).locks).toEqual([]);
});

test('a concurrent index build that waits for an older snapshot is seen with its lock', async () => {
  await using watcher = await connect();
  await using older = await connect();
  await using migration = await connect('migrate');
  await watcher.query('CREATE TABLE indexed (id int)');
  await older.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
  const build = migration.query('CREATE INDEX CONCURRENTLY ON indexed (id)');
  await untilBlocked(watcher, migration);
  const look = await lookAtBackend(watcher, migration.backendPid);
  await older.query('COMMIT');
  await build;
  expect(look.waitsFor).toEqual([older.backendPid]);
  expect(look.locks).toEqual([{ relation: 'public.indexed', mode: 'ShareUpdateExclusiveLock' }]);
});

test('a rewrite shows by another file, also under a new name; a catalog change does not', async () => {
  await using session = await connect();
  await session.query('CREATE TABLE wide (id int); CREATE TABLE narrow (id int)');
  const before = await readRelfilenodes(session);
  await session.query('ALTER TABLE wide ALTER id TYPE bigint; ALTER TABLE wide RENAME TO wider');
  await session.query('ALTER TABLE narrow ADD COLUMN x int; CREATE TABLE newer (id int)');
  expect(rewrittenRelations(before, await readRelfilenodes(session))).toEqual(['public.wider']);
});

test('a transaction id is assigned by the first write only, and WAL grows with it', async () => {
  await using watcher = await connect();
  await using writer = await connect();
  await watcher.query('CREATE TABLE written (id int)');
  const look = () => lookAtBackend(watcher, writer.backendPid);
  const before = await look();
  await writer.query('BEGIN; SELECT count(*) FROM written');
  expect(await look()).toMatchObject({ xid: null, nextXid: before.nextXid });
  await writer.query('INSERT INTO written VALUES (1)');
  expect((await look()).xid).toBe(String(before.nextXid));
  await writer.query('COMMIT');
  const after = await look();
  expect(after).toMatchObject({ xid: null, nextXid: before.nextXid + 1n });
  expect(after.walBytes).toBeGreaterThan(before.walBytes);
});
