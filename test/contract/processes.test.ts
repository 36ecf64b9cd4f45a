import { chmodSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReportAttempt } from '../../shared/domain/report.ts';
import { libraryBundle, withPg } from '../support/contract-bundles.ts';
import { type Rehearsed, rehearsed, summaryOf } from '../support/rehearsed.ts';
import { type Directory, writtenBundle } from '../support/vendor.ts';

/**
 * What a command of a bundle sees. It tells by the names of the columns that it selects: identifiers are kept where a
 * statement is normalized, so they are in the report; every check says `ok_…` or `bad_…`.
 */
const tell = `
import pg from 'pg';

export const client = new pg.Client();
await client.connect();
export const tell = async (name, holds) => {
  const good = await Promise.resolve().then(holds).catch((error) => console.error(name, error.message));
  await client.query('SELECT 1 AS ' + (good === true ? 'ok_' : 'bad_') + name);
};
`;

const environmentChecks = `
import { existsSync, readdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { client, tell } from '../lib/tell.mjs';

const env = process.env;
const refused = (path) => {
  try {
    writeFileSync(path, 'x');
    return false;
  } catch (error) {
    return ['EACCES', 'EROFS', 'EPERM'].includes(error.code);
  }
};
const named = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'DATABASE_URL', 'PGHOST', 'PGPORT', 'PGUSER', 'PGPASSWORD',
  'PGDATABASE', 'REHEARSAL', 'REHEARSAL_PHASE', 'REHEARSAL_VERSION', 'GREETING', 'CALLERS_PATH'];

await tell('only_named_variables', () => {
  const others = Object.keys(env).filter((name) => !named.includes(name));
  if (others.length > 0) throw new Error('also: ' + others.join(' '));
  return true;
});
await tell('lang_and_tz', () => env.LANG === 'C.UTF-8' && env.TZ === 'UTC');
await tell('own_env', () => env.GREETING === 'hello');
await tell('rehearsal_and_phase', () => env.REHEARSAL === '1' && env.REHEARSAL_PHASE === 'environment');
await tell('database_url', () => {
  const url = new URL(env.DATABASE_URL);
  return url.protocol === 'postgresql:' && url.search === '' && url.username === env.PGUSER &&
    url.password === env.PGPASSWORD && url.hostname === env.PGHOST && url.port === env.PGPORT &&
    url.pathname === '/' + env.PGDATABASE && /^[A-Za-z0-9._~-]+$/.test(env.PGPASSWORD);
});
await tell('home_is_own_writable_empty', () => {
  const empty = readdirSync(env.HOME).length === 0;
  writeFileSync(env.HOME + '/mine', 'x');
  return empty && statSync(env.HOME + '/mine').size === 1;
});
await tell('tmpdir_is_own_writable_empty', () => {
  const left = readdirSync(env.TMPDIR).filter((name) => !(env.TMPDIR === env.HOME && name === 'mine'));
  writeFileSync(env.TMPDIR + '/mine', 'x');
  return left.length === 0;
});
await tell('bundle_is_read_only', () => ['../rehearsal.yaml', '../new', 'new', '../lib/tell.mjs'].every(refused));
await tell('whole_bundle_is_there', () => existsSync('../rehearsal.yaml') && existsSync('../seed.sql'));
await tell('starts_in_dir', () => process.cwd().endsWith('/scripts'));
await tell('arguments_are_kept', () =>
  JSON.stringify(process.argv.slice(2)) === JSON.stringify(['two words', '$HOME', '*']));
await tell('path_begins_with_the_node_that_runs_rehearse', () =>
  realpathSync(env.PATH.split(':')[0] + '/node') === process.execPath);
await tell('path_goes_on_as_the_callers', () => {
  const before = env.PATH.slice(0, -env.CALLERS_PATH.length).split(':').filter((place) => place !== '');
  const others = before.filter((place) => existsSync(place) && readdirSync(place).join() !== 'node');
  if (others.length > 0) throw new Error('also: ' + others.join(' '));
  return env.PATH.endsWith(':' + env.CALLERS_PATH);
});
await tell('not_root', () => process.getuid() !== 0);
await client.end();
`;

const databaseChecks = `
import { client, tell } from '../lib/tell.mjs';

const value = async (sql) => Object.values((await client.query(sql)).rows[0])[0];
await tell('no_superuser', async () =>
  (await value('SELECT rolsuper FROM pg_roles WHERE rolname = current_user')) === false);
await tell('role_and_database_are_app', async () =>
  (await value("SELECT current_user || ' ' || current_database()")) === 'app app');
await tell('owns_the_database', async () =>
  (await value("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'app'")) === 'app');
await tell('owns_every_object', async () => Number(await value(
  "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace" +
  " AND pg_get_userbyid(relowner) <> 'app'")) === 0);
await tell('utf8_and_utc', async () =>
  (await value("SHOW server_encoding")) === 'UTF8' && (await value('SHOW timezone')) === 'UTC');
await tell('collation', async () => /^C\\.UTF-?8$/i.test(await value(
  "SELECT coalesce(datcollate, 'C.UTF-8') FROM pg_database WHERE datname = 'app'")));
await tell('copy_blocks_are_loaded', async () =>
  (await value("SELECT note FROM loans WHERE id = 2")) === 'tab\\tand \\\\ backslash');
await tell('production_settings_hold', async () => (await value('SHOW lock_timeout')) === '7s');
await tell('a_session_may_override_them', async () => {
  await client.query("SET lock_timeout = '3s'");
  return (await value('SHOW lock_timeout')) === '3s';
});
await tell('role_settings_hold', async () => (await value('SHOW statement_timeout')) === '9min');
await tell('vacuumed_and_analyzed', async () =>
  Number(await value("SELECT reltuples FROM pg_class WHERE relname = 'books'")) === 3);
await client.end();
`;

const dump = `--
-- PostgreSQL database dump
--
\\restrict abc123
SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
\\connect app
CREATE TABLE public.books (
    id integer NOT NULL,
    title text NOT NULL
);
CREATE TABLE public.loans (
    id integer NOT NULL,
    note text
);
COPY public.books (id, title) FROM stdin;
1\tone; two
2\t\\N is not this
3\t-- no comment
\\.

COPY public.loans (id, note) FROM stdin;
1\t\\N
2\ttab\\tand \\\\ backslash
\\.

ALTER TABLE ONLY public.books ADD CONSTRAINT books_pkey PRIMARY KEY (id);
CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS $$ SELECT 'a; b'::text $$;
ALTER ROLE app SET statement_timeout = '9min';
\\unrestrict abc123
`;

/** Nothing that npm, or whoever starts the tests, puts before the rest of PATH is at its head. */
const callersPath = `/caller/bin:${process.env.PATH}`;

describe('processes and database of the bundle (CONTRACT 1.3, 1.4)', () => {
  let bundle: Directory;
  let rehearsal: Rehearsed;
  let environment: readonly string[];
  let database: readonly string[];

  beforeAll(async () => {
    bundle = await writtenBundle(
      libraryBundle(
        {
          postgres: { settings: { lock_timeout: '7s' } },
          migrate: [
            {
              name: 'environment',
              dir: 'scripts',
              command: ['node', 'environment.mjs', 'two words', '$HOME', '*'],
              env: { GREETING: 'hello', CALLERS_PATH: callersPath },
            },
            { name: 'database', dir: 'scripts', command: ['node', './database.mjs'] },
            { name: 'relative', dir: 'scripts', command: ['./greet.sh'] },
            { name: 'failing', command: ['sh', '-c', 'exit 7'] },
          ],
        },
        {
          'package.json': withPg,
          'seed.sql': dump,
          'lib/tell.mjs': tell,
          'scripts/environment.mjs': environmentChecks,
          'scripts/database.mjs': databaseChecks,
          'scripts/greet.sh': '#!/bin/sh\nexec test -f ../rehearsal.yaml\n',
        },
      ),
    );
    chmodSync(`${bundle.dir}/scripts/greet.sh`, 0o755);
    rehearsal = await rehearsed(bundle.dir, ['--host', 'process', '--only', 'control'], {
      env: { SECRET_OF_THE_CALLER: 'must not be seen', PATH: callersPath },
    });
    environment = toldIn(attempt(rehearsal, 'environment'));
    database = toldIn(attempt(rehearsal, 'database'));
  });

  afterAll(async () => {
    await rehearsal?.[Symbol.asyncDispose]();
    await bundle?.[Symbol.asyncDispose]();
  });

  const rules = {
    only_named_variables: '"Environment: only PATH HOME TMPDIR LANG=C.UTF-8 TZ=UTC, what follows, and env"',
    lang_and_tz: '"LANG=C.UTF-8 TZ=UTC"',
    own_env: '"and env"',
    rehearsal_and_phase: '"REHEARSAL=1, REHEARSAL_PHASE"',
    database_url: '"DATABASE_URL (postgresql://user:password@host:port/database, no query part, URL-safe)"',
    home_is_own_writable_empty: '"TMPDIR and HOME are its own, writable, empty"',
    tmpdir_is_own_writable_empty: '"TMPDIR and HOME are its own, writable, empty"',
    bundle_is_read_only: '"sees the whole bundle read-only"',
    whole_bundle_is_there: '"sees the whole bundle"',
    starts_in_dir: '"directory inside the bundle where the command starts"',
    arguments_are_kept: '"the team\'s own command, run unmodified"',
    path_begins_with_the_node_that_runs_rehearse: '"PATH, which is the directory of the Node that runs rehearse …"',
    path_goes_on_as_the_callers: '"… followed by the caller\'s PATH"',
    not_root: '"Under root, servers and commands … run as an unprivileged user"',
  };
  test.for(Object.entries(rules))('1.3 %s: %s', ([name]) => {
    expect(environment, summaryOf(rehearsal.report)).toContain(`ok_${name}`);
  });

  const databaseRules = {
    no_superuser: '"connect as a role that is not a superuser"',
    role_and_database_are_app: '"From SQL: role and database are app"',
    owns_the_database: '"app owns the database"',
    owns_every_object: '"so it owns every object"',
    utf8_and_utc: '"UTF-8, C.UTF-8, UTC unless the snapshot says otherwise"',
    collation: '"C.UTF-8"',
    copy_blocks_are_loaded:
      '"COPY … FROM stdin blocks are sent as COPY; \\restrict, \\unrestrict, \\connect … are ignored"',
    production_settings_hold: '"postgres.settings go to the server\'s configuration"',
    a_session_may_override_them: '"a session may override them, as in production"',
    role_settings_hold: '"ALTER ROLE/DATABASE … SET hold"',
    vacuumed_and_analyzed: '"Then VACUUM ANALYZE"',
  };
  test.for(Object.entries(databaseRules))('1.4 %s: %s', ([name]) => {
    expect(database, summaryOf(rehearsal.report)).toContain(`ok_${name}`);
  });

  test('1.3: a command "relative with a slash: inside dir" runs, and exit codes are told', () => {
    expect(attempt(rehearsal, 'relative')?.exitCode).toBe(0);
    expect(attempt(rehearsal, 'failing')).toMatchObject({ exitCode: 7, oomKilled: false, timedOut: false });
  });

  test('a command that fails in the quiet run fails the rehearsal: exit 1', () => {
    expect({ code: rehearsal.finished.code, verdict: rehearsal.report.verdict }).toEqual({ code: 1, verdict: 'fail' });
  });

  test('section 4: "sql is normalized (constants removed)", and nothing of the caller is in the report', () => {
    const whole = JSON.stringify(rehearsal.report);
    for (const secret of ['must not be seen', 'backslash', '9min']) expect(whole).not.toContain(secret);
  });
});

const attempt = ({ report }: Rehearsed, phase: string): ReportAttempt | undefined =>
  report.runs.flatMap((run) => run.migration).find((one) => one.phase === phase);

const toldIn = (one: ReportAttempt | undefined): readonly string[] =>
  one?.statements.flatMap(({ sql }) => sql.match(/\b(ok|bad)_\w+/g) ?? []) ?? [];
