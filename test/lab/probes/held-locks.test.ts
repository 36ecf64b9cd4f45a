import { afterAll, beforeAll, expect, test } from 'vitest';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { readHeldLocks } from '../../../workers/probes/read-held-locks.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';

let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await startEmbeddedPostgres();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Tables as the tools themselves make them, with the row that says that somebody is at work. */
const cases = [
  {
    tool: 'knex',
    relation: 'public.knex_migrations_lock',
    sql: `CREATE TABLE knex_migrations_lock (index serial PRIMARY KEY, is_locked integer);
      INSERT INTO knex_migrations_lock (is_locked) VALUES (1)`,
  },
  {
    tool: 'liquibase',
    relation: 'public.databasechangeloglock',
    sql: `CREATE TABLE databasechangeloglock (id integer PRIMARY KEY, locked boolean NOT NULL, lockgranted timestamp,
        lockedby varchar(255));
      INSERT INTO databasechangeloglock VALUES (1, true, now(), 'ci-7')`,
  },
  {
    tool: 'one that is made at home, quoted',
    relation: 'public.Schema_Lock',
    sql: 'CREATE TABLE "Schema_Lock" (locked boolean); INSERT INTO "Schema_Lock" VALUES (true)',
  },
];

test.for(cases)('the lock of $tool is seen, and what is told releases it', async ({ relation, sql }) => {
  // Its tables go with the session.
  await using session = await pgSql.connect(server.address, 'rehearsal/test');
  await session.query('BEGIN');
  await session.query(sql);
  const [held, ...others] = await readHeldLocks(session);
  expect([held?.relation, others]).toEqual([relation, []]);
  await session.query(held?.releaseSql ?? '');
  expect(await readHeldLocks(session)).toEqual([]);
});

test('a table of the application that is called a lock is none of a migration', async () => {
  // Its tables go with the session.
  await using session = await pgSql.connect(server.address, 'rehearsal/test');
  await session.query('BEGIN');
  await session.query('CREATE TABLE door_lock (locked boolean); INSERT INTO door_lock VALUES (true)');
  await session.query('CREATE TABLE migration_lock (owner text); INSERT INTO migration_lock VALUES (1)');
  expect(await readHeldLocks(session)).toEqual([]);
});
