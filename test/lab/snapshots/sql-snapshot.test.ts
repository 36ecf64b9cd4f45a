import { appendFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { systemClock } from '../../../shared/edge/adapters/system-clock.ts';
import { openSnapshots } from '../../../workers/snapshots/open-snapshots.ts';
import { openSnapshotLab, type SnapshotLab } from './snapshot-lab.ts';

describe('a snapshot from SQL', () => {
  let lab: SnapshotLab;
  beforeAll(async () => {
    lab = await openSnapshotLab();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  const build = async (text: string, major = 17) => {
    await lab.write('seed.sql', text);
    return lab.snapshots.fromSql({ bundleDir: lab.dir, files: ['seed.sql'], major });
  };

  test('is C.UTF-8, UTC, owned by app, who is no superuser any more', async () => {
    const snapshot = await build(
      'CREATE EXTENSION citext; CREATE TABLE t (id int); CREATE SCHEMA s; CREATE TABLE s.u (x citext);',
    );
    expect(snapshot.facts).toMatchObject({ name: 'sql', dataAsOf: null, major: 17 });
    expect(snapshot.facts.version).toBe(snapshot.facts.digest.slice(7, 19));
    const [row] = await lab.ask<Record<string, unknown>>(
      snapshot,
      `SELECT current_database() AS db, current_user AS who, rolsuper, pg_encoding_to_char(encoding) AS encoding, datcollate, datctype,
              current_setting('timezone') AS zone, pg_get_userbyid(datdba) AS owner,
              (SELECT count(*)::int FROM pg_tables WHERE tableowner = 'app') AS tables
       FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()`,
      snapshot.migrate,
    );
    expect(row).toEqual({
      ...{ db: 'app', who: 'app', rolsuper: false, encoding: 'UTF8', datcollate: 'C.UTF-8', datctype: 'C.UTF-8' },
      ...{ zone: 'UTC', owner: 'app', tables: 2 },
    });
  });

  test('is made once for the same content and major, also by two at once', async () => {
    await lab.write('once.sql', 'CREATE TABLE once (id int);');
    const request = { bundleDir: lab.dir, files: ['once.sql'], major: 17 };
    const elsewhere = await openSnapshots({ dataRoot: lab.dataRoot, sql: pgSql, clock: systemClock });
    const made = await Promise.all([lab.snapshots.fromSql(request), elsewhere.fromSql(request)]);
    expect(made[0].pgdata).toBe(made[1].pgdata);
    expect(made[0].admin.password).toBe(made[1].admin.password);
    const inode = (await stat(made[0].pgdata)).ino;
    expect((await stat((await lab.snapshots.fromSql(request)).pgdata)).ino).toBe(inode);
    expect((await readdir(lab.dataRoot.scratch)).length).toBe(0);
  });

  test('ends at the first refused statement with file and line', async () => {
    const broken = build('CREATE TABLE t (id int);\n\n-- a comment\nINSERT INTO nowhere\n  VALUES (1);\nSELECT 1;\n');
    await expect(broken).rejects.toMatchObject({
      ...{ fault: 'bundle', code: 'snapshot-sql' },
      problems: [{ file: 'seed.sql', line: 4, message: expect.stringContaining('42P01') }],
    });
    await expect(build('GRANT SELECT ON pg_class TO nobody_knows;')).rejects.toMatchObject({ code: 'snapshot-sql' });
    expect(await readdir(lab.dataRoot.scratch)).toEqual([]);
  });

  test('is autocommit: a statement that refuses a transaction block is fine, several of them too', async () => {
    const snapshot = await build('CREATE TABLE t (id int); CREATE INDEX CONCURRENTLY i ON t (id); VACUUM t;');
    expect(await lab.ask(snapshot, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass")).toEqual([
      { indisvalid: true },
    ]);
  });

  test.each([15, 17, 18])('takes what pg_dump writes as it is, on PostgreSQL %i', async (major) => {
    const snapshot = await build(dump, major);
    expect(await lab.ask(snapshot, 'SELECT id, name, note FROM public.people ORDER BY id', snapshot.apps)).toEqual([
      { id: 1, name: 'a\tb', note: null },
      { id: 2, name: '\\.', note: 'ü' },
    ]);
    expect(await lab.ask(snapshot, "SELECT tableowner FROM pg_tables WHERE tablename = 'people'")).toEqual([
      { tableowner: 'app' },
    ]);
  });

  test('has the statistics of its rows, and was stopped cleanly without spare WAL', async () => {
    const snapshot = await build('CREATE TABLE t AS SELECT n AS id FROM generate_series(1, 5000) n;');
    expect(await lab.ask(snapshot, "SELECT reltuples::int AS n FROM pg_class WHERE relname = 't'")).toEqual([
      { n: 5000 },
    ]);
    const wal = (await readdir(join(snapshot.pgdata, 'pg_wal'))).filter((name) => /^[0-9A-F]{24}$/.test(name));
    expect(wal).toHaveLength(1);
    expect(await readdir(snapshot.pgdata)).not.toContain('postmaster.pid');
  });

  test('is what was sealed, until somebody writes to it', async () => {
    const snapshot = await build('CREATE TABLE sealed (id int);');
    const { name, version } = snapshot.facts;
    await lab.ask(snapshot, 'DROP TABLE sealed');
    expect(await lab.snapshots.verify(name, version)).toBe(true);
    await appendFile(join(snapshot.pgdata, 'PG_VERSION'), ' ');
    expect(await lab.snapshots.verify(name, version)).toBe(false);
  });

  test('an unknown name is refused with the known ones', async () => {
    await lab.write('named.sql', 'CREATE TABLE named (id int);');
    await lab.snapshots.nameSql({ name: 'billing', dir: lab.dir, files: ['named.sql'], major: 17 });
    await expect(lab.snapshots.find('biling')).rejects.toMatchObject({
      ...{ fault: 'bundle', code: 'unknown-snapshot' },
      message: expect.stringContaining('billing@'),
    });
    expect((await lab.snapshots.find('billing')).facts.name).toBe('billing');
  });
});

const dump = `--
-- PostgreSQL database dump
--

\\restrict abc

SET statement_timeout = 0;
SET transaction_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE TABLE public.people (
    id integer NOT NULL,
    name text,
    note text
);
ALTER TABLE public.people OWNER TO production_owner;

COPY public.people (id, name, note) FROM stdin;
1\ta\\tb\t\\N
2\t\\\\.\tü
\\.

ALTER TABLE ONLY public.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (id);
GRANT SELECT ON TABLE public.people TO reporting;

\\unrestrict abc
`;
