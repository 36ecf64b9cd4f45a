import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classifyDump } from '../../../workers/snapshots/classify-dump.ts';
import { openSnapshotLab, type SnapshotLab } from './snapshot-lab.ts';

const canaries = ['canary-mail-7f3a', 'canary-name-91bc', 'canary-secret-5d20', 'canary-note-e8e8'];
const rowCount = 3000;

/** Rows as production has them: every one carries the canaries in columns that the policy masks or drops. */
const rows = Array.from({ length: rowCount }, (_, n) =>
  [n + 1, `canary-mail-7f3a${n % 7}@example.org`, 'canary-name-91bc', 'canary-secret-5d20', n % 3, '\\N'].join('\t'),
).join('\n');

const dump = `--
-- PostgreSQL database dump
--

-- Dumped from database version 15.6
-- Dumped by pg_dump version 17.2

SET transaction_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE TYPE public.level AS ENUM ('0', '1', '2');
ALTER TYPE public.level OWNER TO team;

CREATE FUNCTION public.double(n integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  RETURN n * 2;
END;
$$;

CREATE TABLE public.users (
    id integer NOT NULL,
    email text NOT NULL,
    "Full Name" character varying(40),
    password_hash text DEFAULT 'reset'::text,
    level public.level,
    seen timestamp with time zone,
    twice integer GENERATED ALWAYS AS ((id * 2)) STORED
);
ALTER TABLE public.users OWNER TO team;
CREATE TABLE public.notes (
    user_id integer,
    body text
);
ALTER TABLE public.notes OWNER TO team;

COPY public.users (id, email, "Full Name", password_hash, level, seen) FROM stdin;
${rows}
\\.

COPY public.notes (user_id, body) FROM stdin;
1\tcanary-note-e8e8
2\tcanary-note-e8e8
\\.

SELECT pg_catalog.setval('public.s', 5, true);
ALTER TABLE ONLY public.users ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE INDEX by_mail ON public.users USING btree (email);
GRANT SELECT ON TABLE public.users TO reporting;
`.replace('CREATE TYPE', 'CREATE SEQUENCE public.s;\nCREATE TYPE');

const policy = `
tables:
  public.users:
    id: { keep: "a number" }
    email: { sql: "md5(email) || '@example.invalid'" }
    "Full Name": { sql: "left(md5(\\"Full Name\\"), 8)" }
    password_hash: drop
    level: { keep: "an enum" }
    seen: { keep: "a time" }
  public.notes:
    user_id: drop
    body: drop
`;

describe('a snapshot from a dump', () => {
  let lab: SnapshotLab;
  beforeAll(async () => {
    lab = await openSnapshotLab();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  const make = async (name: string, text: string, rules: string) =>
    lab.snapshots.fromDump({
      name,
      dump: await lab.write(`${name}.sql`, text),
      policy: await lab.write(`${name}.yaml`, rules),
      dataAsOf: new Date('2026-03-01T04:00:00Z'),
      major: 17,
    });

  test('holds masked rows, and no byte of it holds a raw value', async () => {
    const { sealed } = await make('masked', dump, policy);
    expect(sealed.facts).toMatchObject({ name: 'masked', dataAsOf: '2026-03-01T04:00:00.000Z', major: 17 });
    const [row] = await lab.ask<Record<string, unknown>>(
      sealed,
      `SELECT count(*)::int AS rows, count(DISTINCT email)::int AS mails, max(length("Full Name")) AS name, min(password_hash) AS hash,
              sum(twice)::int AS twice, (SELECT count(*)::int FROM public.notes WHERE body IS NULL) AS notes,
              nextval('public.s')::int AS next
       FROM public.users WHERE email LIKE '%@example.invalid'`,
    );
    expect(row).toEqual({
      rows: rowCount,
      mails: 7,
      name: 8,
      hash: 'reset',
      twice: rowCount * (rowCount + 1),
      notes: 2,
      next: 6,
    });
    const found = await canariesIn(sealed.pgdata);
    expect(found).toEqual([]);
    expect(await lab.ask(sealed, "SELECT count(*)::int AS n FROM pg_stats WHERE tablename = 'users'")).not.toEqual([
      { n: 0 },
    ]);
  });

  test('a byte scan finds a value that is kept, so that it would have found the others', async () => {
    const { sealed } = await make(
      'kept',
      dump,
      policy.replace('{ sql: "md5(email) || \'@example.invalid\'" }', '{ keep: "a test" }'),
    );
    expect(await canariesIn(sealed.pgdata)).toContain('canary-mail-7f3a');
  });

  test('belongs to the owner of most tables, and roles of production can log in', async () => {
    const { sealed } = await make('masked', dump, policy);
    expect(sealed.migrate.user).toBe('team');
    const who = 'SELECT current_user AS who, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS super';
    expect(await lab.ask(sealed, who, sealed.migrate)).toEqual([{ who: 'team', super: false }]);
    expect(await lab.ask(sealed, who, { ...sealed.migrate, user: 'reporting' })).toEqual([
      { who: 'reporting', super: false },
    ]);
  });

  test('is refused where a column is not classified, with the lines to add', async () => {
    const error = await make('partly', dump, policy.replace(/ {4}email:.*\n/, '').replace(/ {4}body:.*\n/, '')).catch(
      (e) => e,
    );
    expect(error).toMatchObject({ fault: 'policy', code: 'unclassified-columns' });
    expect(error.problems.map((problem: { key: string }) => problem.key)).toEqual([
      'tables.public.users.email',
      'tables.public.notes.body',
    ]);
    expect(error.remedy).toContain('  public.users:\n    email: drop\n  public.notes:\n    body: drop');
    await expect(lab.snapshots.find('partly')).rejects.toMatchObject({ code: 'unknown-snapshot' });
  });

  test.each([
    ["INSERT INTO public.users VALUES (1, 'x');"],
    ["SELECT pg_catalog.lo_from_bytea(0, '\\x6162');"],
    ["CREATE TABLE public.c AS SELECT 'canary'::text;"],
    ['DO $$ BEGIN PERFORM 1; END $$;'],
  ])('is refused where values come another way than by COPY: %s', async (statement) => {
    const made = make('otherwise', `${dump}\n${statement}\n`, policy);
    await expect(made).rejects.toMatchObject({ fault: 'policy', code: 'unmaskable-statement' });
  });

  test('keeps large objects and drops what they hold; what `--create` says of the database holds for ours', async () => {
    const objects = `SELECT pg_catalog.lo_create('4711');
BEGIN;
SELECT pg_catalog.lo_open('4711', 131072);
SELECT pg_catalog.lowrite(0, '\\x63616e6172792d6e616d652d39316263');
SELECT pg_catalog.lo_close(0);
COMMIT;`;
    const head = `CREATE DATABASE "pro-duction" WITH TEMPLATE = template0;
ALTER DATABASE "pro-duction" OWNER TO team;
\\connect -reuse-previous=on "dbname='pro-duction'"
ALTER DATABASE "pro-duction" SET work_mem TO '7MB';
`;
    const whole = dump.replace('SET transaction_timeout = 0;', (line) => `${head}${line}`);
    const { sealed } = await make('created', `${whole}\n${objects}\n`, policy);
    const asked = `SELECT (SELECT count(*)::int FROM pg_largeobject_metadata) AS objects,
      (SELECT count(*)::int FROM pg_largeobject) AS pieces, current_setting('work_mem') AS memory`;
    expect(await lab.ask(sealed, asked)).toEqual([{ objects: 1, pieces: 0, memory: '7MB' }]);
    expect(await canariesIn(sealed.pgdata)).toEqual([]);
  });

  test('never quotes a row where an expression fails', async () => {
    const wrong = policy.replace("md5(email) || '@example.invalid'", '(email::integer)::text');
    const error = await make('wrong', dump, wrong).catch((e) => e);
    expect(error).toMatchObject({ fault: 'policy', code: 'unmaskable-rows' });
    expect(error.message).toContain('22P02');
    expect(JSON.stringify([error.message, error.problems, error.remedy, String(error.cause)])).not.toContain('canary');
    expect(await readdir(lab.dataRoot.scratch)).toEqual([]);
  });

  test('says what is wrong with an expression where it fails before any row is read', async () => {
    const wrong = policy.replace("md5(email) || '@example.invalid'", 'mask_mail(email)');
    await expect(make('unknown', dump, wrong)).rejects.toMatchObject({
      code: 'unmaskable-rows',
      message: expect.stringContaining('function mask_mail(text) does not exist'),
    });
  });

  test('gets a draft of its policy that names every column and masks what looks like a person', async () => {
    const draft = await classifyDump(await lab.write('draft.sql', dump));
    expect(draft).toContain('  public.users:\n    id: { keep:');
    expect(draft).toMatch(/email: \{ sql: "md5\(email\)/);
    expect(draft).toMatch(/"Full Name": \{ sql: "md5\(\\"Full Name\\"\)" \} # review: character varying\(40\)/);
    expect(draft).toMatch(/password_hash: drop # review: text/);
    const { sealed } = await make('drafted', dump, draft);
    expect(await canariesIn(sealed.pgdata)).toEqual([]);
  });

  async function canariesIn(pgdata: string): Promise<readonly string[]> {
    const found = new Set<string>();
    const entries = await readdir(pgdata, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((candidate) => candidate.isFile())) {
      const bytes = await readFile(join(entry.parentPath, entry.name));
      for (const canary of canaries) if (bytes.includes(canary)) found.add(canary);
    }
    return [...found];
  }
});
