import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import type { SealedSnapshot } from '../../../shared/edge/ports/snapshots.ts';
import type { ServerAddress } from '../../../shared/edge/ports/sql.ts';
import { schemaFingerprint } from '../../../shared/judge/schema-fingerprint.ts';
import { readSchema } from '../../../workers/probes/read-schema.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import { describeWith } from '../../support/require.ts';
import { openSnapshotLab, type SnapshotLab } from './snapshot-lab.ts';

const secret = 'production-password';

/** Roles, settings and secrets that a clone must have, or must not. */
const more = `
  ALTER ROLE team SET lock_timeout = '7s';
  ALTER ROLE team IN DATABASE postgres SET search_path = "$user", public, billing;
  ALTER DATABASE postgres SET work_mem = '5MB';
  ALTER ROLE reporting SET log_statement = 'all';
  ALTER ROLE team PASSWORD '${secret}';
  CREATE ROLE lead NOLOGIN CREATEDB;
  GRANT lead TO team;
  CREATE EXTENSION postgres_fdw;
  CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db.example');
  CREATE USER MAPPING FOR team SERVER other OPTIONS (user 'x', password '${secret}');
  CREATE TABLE kept_by_postgres (id int GENERATED ALWAYS AS IDENTITY, note text);
  INSERT INTO kept_by_postgres (note) VALUES ('canary-own'), ('canary-own');
  SELECT lo_from_bytea(4711, 'canary-large-object');
  CREATE TABLE changed (id int PRIMARY KEY, gone text, kept text NOT NULL);
  ALTER TABLE changed DROP COLUMN gone;
  ALTER TABLE changed ADD COLUMN late int DEFAULT 7;
  CREATE TABLE changed_2025 (LIKE billing.invoices INCLUDING ALL);
  ALTER TABLE changed_2025 SET (fillfactor = 70);
  ALTER TABLE changed CLUSTER ON changed_pkey;
  CREATE EXTENSION pg_stat_statements;
  CREATE STATISTICS spread ON email, "Full Name" FROM people;
  ANALYZE;
`;

/** Of `pg_stat_statements.max`. */
const keptByDefault = 5000;

/** Each is a shape of its own. */
const queriesOf = (count: number): readonly string[] =>
  Array.from(
    { length: count },
    (_, n) => `SELECT 1${[...n.toString(2)].map((bit) => (bit === '1' ? ' + 1' : ' - 1')).join('')}`,
  );

async function production(major: 15 | 17): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({
    major,
    settings: {
      lock_timeout: '31s',
      shared_preload_libraries: 'pg_stat_statements',
      'pg_stat_statements.max': `${2 * keptByDefault}`,
    },
  });
  await using session = await pgSql.connect(server.address, 'rehearsal/test');
  await session.query(await readFile(join(import.meta.dirname, 'production.sql'), 'utf8'));
  await session.query(more);
  for (const n of [1, 2]) await session.query(`SELECT count(*) FROM people WHERE email = 'canary-asked-${n}'`);
  return server;
}

/** What must be the same whichever way production was read. */
async function expectProduction(lab: SnapshotLab, sealed: SealedSnapshot): Promise<void> {
  const [rows] = await lab.ask<object>(
    sealed,
    `SELECT (SELECT count(*)::int FROM people WHERE twice > 0) AS people, (SELECT count(*)::int FROM billing.invoices_2025) AS invoices,
       (SELECT count(*)::int FROM people WHERE manager IS NULL) AS heads, nextval('ticket')::int AS ticket,
       (SELECT count(*)::int FROM totals) AS totals, (SELECT max(id)::int FROM kept_by_postgres) AS own,
       (SELECT count(*)::int FROM pg_user_mappings) AS mappings, (SELECT count(*)::int FROM pg_largeobject) AS content,
       (SELECT count(*)::int FROM pg_constraint WHERE NOT convalidated) AS doubts,
       (SELECT count(*)::int FROM pg_index WHERE NOT indisvalid) AS broken`,
  );
  const counts = { people: 2000, invoices: 213, heads: 1, ticket: 110, totals: 400, own: 2 };
  expect(rows).toEqual({ ...counts, mappings: 0, content: 0, doubts: 0, broken: 0 });
  expect(sealed.migrate.user).toBe('team');
  const [session] = await lab.ask<object>(
    sealed,
    `SELECT rolsuper AS super, current_setting('search_path') AS path, current_setting('work_mem') AS memory,
       pg_has_role('lead', 'MEMBER') AS member,
       (SELECT count(*)::int FROM pg_roles
        WHERE rolsuper AND rolcanlogin AND rolname <> 'rehearsal_admin') AS superusers,
       (SELECT count(*)::int FROM pg_db_role_setting WHERE setconfig::text LIKE '%log_statement%') AS logs
     FROM pg_roles WHERE rolname = current_user`,
    sealed.migrate,
  );
  const mine = { super: false, path: '"$user", public, billing', memory: '5MB', member: true };
  expect(session).toEqual({ ...mine, superusers: 0, logs: 0 });
  const owner = { ...sealed.migrate, user: 'postgres' };
  expect(await lab.ask(sealed, 'ALTER TABLE kept_by_postgres ADD COLUMN more int', owner)).toEqual([]);
  expect(await bytesWith(sealed.pgdata, 'canary-', secret)).toEqual([]);
  const { queries = [] } = await lab.snapshots.find(sealed.facts.name);
  expect(queries).toContain('SELECT count(*) FROM people WHERE email = $1');
  expect(queries.filter((sql) => /canary-|production-/.test(sql))).toEqual([]);
}

describeWith('clients', 'a snapshot from a running server', () => {
  let lab: SnapshotLab;
  let server: EmbeddedPostgres;
  beforeAll(async () => {
    lab = await openSnapshotLab();
    server = await production(15);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  test('has its schema, roles and settings, its rows masked, and no byte of a raw value', async () => {
    const draft = await lab.snapshots.classifyDatabase(server.address);
    expect(draft).toMatch(/ {2}public\.people:\n {4}id: \{ keep/);
    const policy = await lab.write('policy.yaml', draft);
    const { sealed, kind } = await lab.snapshots.fromDatabase({ name: 'live', address: server.address, policy });
    expect({ kind, lock: sealed.settings.lock_timeout }).toEqual({ kind: 'dsn', lock: '31s' });
    await expectProduction(lab, sealed);
    // Nor what was asked in order to make it.
    const { queries = [] } = await lab.snapshots.find('live');
    expect(queries.filter((sql) => /pg_class|COPY/.test(sql))).toEqual([]);
    expect(await readdir(lab.dataRoot.scratch)).toEqual([]);
    expect(await lab.on(sealed, fingerprintOf)).toBe(await fingerprintOf(server.address));
  });

  test('is refused where a column is not classified, before anything is read', async () => {
    const policy = await lab.write('less.yaml', 'tables: {}\n');
    const made = lab.snapshots.fromDatabase({ name: 'less', address: server.address, policy });
    await expect(made).rejects.toMatchObject({ fault: 'policy', code: 'unclassified-columns' });
  });

  test('is refused where nobody answers, without a password in the text', async () => {
    const address = { ...server.address, password: 'not-this-one' };
    const policy = join(lab.dir, 'policy.yaml');
    const error = await lab.snapshots.fromDatabase({ name: 'live', address, policy }).catch((e: unknown) => e);
    expect(error).toMatchObject({ fault: 'machine', code: 'source-not-reached' });
    expect(String(error)).toContain('28P01');
    expect(String(error)).not.toContain('not-this-one');
  });
});

describeWith('root', 'a snapshot from the directory of a stopped server', () => {
  let lab: SnapshotLab;
  beforeAll(async () => {
    lab = await openSnapshotLab();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  test('has its schema, roles and settings, its rows masked, and no byte of a raw value', async () => {
    await using server = await production(17);
    const { pgdata } = server;
    const running = lab.snapshots.classifyPgdata(pgdata);
    await expect(running).rejects.toMatchObject({
      code: 'unusable-pgdata',
      message: expect.stringContaining('postmaster.pid'),
    });
    const fingerprint = await fingerprintOf(server.address);
    {
      await using session = await pgSql.connect(server.address, 'shop');
      await session.query(queriesOf(keptByDefault + 500).join(';'));
    }
    await server.stop();
    expect(await bytesWith(pgdata, 'canary-', secret)).not.toEqual([]);
    const policy = await lab.write('policy.yaml', await lab.snapshots.classifyPgdata(pgdata));
    const { sealed, kind } = await lab.snapshots.fromPgdata({ name: 'stopped', pgdata, policy });
    expect(kind).toBe('pgdata');
    await expectProduction(lab, sealed);
    const { queries = [], queryEvictions } = await lab.snapshots.find('stopped');
    expect(queries.filter((sql) => sql.startsWith('SELECT $1 '))).toHaveLength(keptByDefault + 500);
    expect(queryEvictions).toBeUndefined();
    expect(await lab.on(sealed, fingerprintOf)).toBe(fingerprint);
    expect(await readdir(lab.dataRoot.scratch)).toEqual([]);
    const again = await lab.snapshots.fromPgdata({ name: 'stopped', pgdata, policy });
    expect(again.sealed.pgdata).toBe(sealed.pgdata);
  });

  test('is refused where it would have to recover, or is none, or is of a major that is not here', async () => {
    const policy = await lab.write('any.yaml', 'tables: {}\n');
    const from = (pgdata: string) => lab.snapshots.fromPgdata({ name: 'none', pgdata, policy });
    await expect(from(lab.dir)).rejects.toMatchObject({ fault: 'bundle', code: 'unusable-pgdata' });
    await using server = await startEmbeddedPostgres();
    await server.stop();
    await writeFile(join(server.pgdata, 'backup_label'), '');
    await expect(from(server.pgdata)).rejects.toMatchObject({ message: expect.stringContaining('backup_label') });
    await writeFile(join(server.pgdata, 'PG_VERSION'), '12\n');
    await expect(from(server.pgdata)).rejects.toMatchObject({ fault: 'bundle' });
  });
});

/** As `rehearse schema` posts it of production, and as a rehearsal has it of its clone: else the gate never opens. */
async function fingerprintOf(address: ServerAddress): Promise<string> {
  await using session = await pgSql.connect(address, 'rehearsal/test');
  return schemaFingerprint(await readSchema(session));
}

async function bytesWith(dir: string, ...values: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    if (values.some((value) => bytes.includes(value))) found.push(entry.name);
  }
  return found;
}
