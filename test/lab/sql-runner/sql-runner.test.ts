import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Phase, PhaseRun } from '../../../shared/domain/bundle.ts';
import { installTools } from '../../../shared/edge/adapters/install-tools.ts';
import { sqlRunnerCommand } from '../../../shared/plan/sql-runner-command.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../../support/temporary-directory.ts';

type SqlRun = Extract<PhaseRun, { kind: 'sql' }>;

let server: EmbeddedPostgres;
let data: TemporaryDirectory;
let tools: string;

beforeAll(async () => {
  server = await startEmbeddedPostgres({ settings: { log_statement: 'all', log_line_prefix: '%d %x|' } });
  data = await temporaryDirectory();
  tools = await installTools(data.path);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await data[Symbol.asyncDispose]();
});

/** A database of its own with a bundle of SQL files, and the real runner on it. */
class Stage implements AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly client: pg.Client;

  constructor(name: string) {
    const { host, port, user, password } = server.address;
    this.name = name;
    this.url = `postgresql://${user}:${password}@${host}:${port}/${name}`;
    this.client = new pg.Client({ connectionString: this.url });
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      const at = join(data.path, this.name, path);
      await mkdir(dirname(at), { recursive: true });
      await writeFile(at, content);
    }
  }

  async run(run: Partial<SqlRun>) {
    const { command, env } = sqlRunnerCommand(phaseOf(run), tools, join(data.path, this.name));
    const child = spawn(process.execPath, command.slice(1), {
      cwd: data.path,
      env: { ...env, DATABASE_URL: this.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { exitCode: child.exitCode, stdout, stderr };
  }

  async rows(sql: string): Promise<readonly unknown[]> {
    return (await this.client.query({ text: sql, rowMode: 'array' })).rows.flat();
  }

  tables(): Promise<readonly unknown[]> {
    return this.rows(
      "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1",
    );
  }

  /** The messages that the runner sent, as the server logged them: each is one simple query. */
  async sent(): Promise<readonly string[]> {
    const entries = (await server.log()).split(/^(?=\S+ \d+\|)/m).filter((entry) => entry.startsWith(`${this.name} `));
    return entries.flatMap((entry) => /\|LOG: {2}statement: ([\s\S]*)/.exec(entry)?.[1]?.trim() ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.end();
  }
}

async function openStage(name: string, before = 'SELECT 1'): Promise<Stage> {
  const admin = new pg.Client({ connectionString: new Stage('postgres').url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const stage = new Stage(name);
  await stage.client.connect();
  await stage.client.query(before);
  return stage;
}

const phaseOf = (run: Partial<SqlRun>): Phase => ({
  name: 'pre-deploy',
  when: 'before-rollout',
  run: { kind: 'sql', files: [], ledger: 'rehearsal_migrations', transaction: 'per-file', ...run },
  dir: '.',
  deletes: [],
  timeoutMs: 60_000,
  env: {},
});

describe('the built-in runner', () => {
  test('applies each file and its ledger row in one transaction, one message a statement', async () => {
    await using stage = await openStage('atomic');
    await stage.write({
      'm/1_a.sql': '-- first\nCREATE TABLE a ();\n\nCREATE TABLE b ();\n',
      'm/2_b.sql': '-- nothing\n',
    });
    const result = await stage.run({ files: ['m/1_a.sql', 'm/2_b.sql'] });
    expect(result).toEqual({ exitCode: 0, stdout: 'applied m/1_a.sql\napplied m/2_b.sql\n', stderr: '' });
    expect(await stage.rows('SELECT version FROM rehearsal_migrations ORDER BY 1')).toEqual(['1_a.sql', '2_b.sql']);
    expect(await stage.rows("SELECT xmin::text FROM rehearsal_migrations WHERE version = '1_a.sql'")).toEqual(
      await stage.rows("SELECT xmin::text FROM pg_class WHERE relname = 'b'"),
    );
    const sent = (await stage.sent()).slice(1);
    expect(sent.slice(0, 7)).toEqual([
      expect.stringMatching(/^SELECT attname .* to_regclass\('"rehearsal_migrations"'\)/),
      'CREATE TABLE "rehearsal_migrations" (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
      'BEGIN',
      'CREATE TABLE a ()',
      'CREATE TABLE b ()',
      `INSERT INTO "rehearsal_migrations" (version) VALUES ('1_a.sql')`,
      'COMMIT',
    ]);
    expect(sent.slice(7, 10)).toEqual(['BEGIN', expect.stringContaining("'2_b.sql'"), 'COMMIT']);
  });

  test('runs a file that refuses a transaction block in autocommit, then records it', async () => {
    await using stage = await openStage('refusing', 'CREATE TABLE t (a int)');
    await stage.write({ '1.sql': 'CREATE INDEX CONCURRENTLY i ON t (a);\nVACUUM t;' });
    expect(await stage.run({ files: ['1.sql'] })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await stage.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass")).toEqual([true]);
    expect(await stage.rows('SELECT version FROM rehearsal_migrations')).toEqual(['1.sql']);
    expect(await stage.sent()).not.toContain('BEGIN');
  });

  test('leaves transaction control to a file that has its own', async () => {
    await using stage = await openStage('own_control');
    await stage.write({ '1.sql': 'BEGIN;\nCREATE TABLE a ();\nCOMMIT;\nCREATE TABLE b ();\nSELECT 1/0;' });
    expect(await stage.run({ files: ['1.sql'] })).toMatchObject({
      exitCode: 1,
      stderr: '1.sql:5: 22012 division by zero\n',
    });
    expect(await stage.tables()).toEqual(['a', 'b', 'rehearsal_migrations']);
    expect(await stage.rows('SELECT count(*)::int FROM rehearsal_migrations')).toEqual([0]);
  });

  test('refuses a file that ends inside of its own transaction', async () => {
    await using stage = await openStage('left_open');
    await stage.write({ '1.sql': 'BEGIN;\nCREATE TABLE a ();' });
    const { exitCode, stderr } = await stage.run({ files: ['1.sql'] });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/^1\.sql: the file ends inside/),
    });
    expect(await stage.tables()).toEqual(['rehearsal_migrations']);
  });

  test('rolls the file of the first error back, leaves later ones alone, and goes on when run again', async () => {
    await using stage = await openStage('retry');
    const files = ['m/1.sql', 'm/2.sql', 'm/3.sql'];
    await stage.write({
      'm/1.sql': 'CREATE TABLE one ();',
      'm/2.sql': "CREATE TABLE two (a int);\nINSERT INTO two\n  VALUES ('secret');",
      'm/3.sql': 'CREATE TABLE three ();',
    });
    const failed = await stage.run({ files });
    expect(failed).toEqual({
      exitCode: 1,
      stdout: 'applied m/1.sql\n',
      stderr: 'm/2.sql:2: 22P02 invalid input syntax for type integer: "secret"\n',
    });
    expect(await stage.tables()).toEqual(['one', 'rehearsal_migrations']);
    expect((await stage.sent()).slice(-3)).toContain('ROLLBACK');
    await stage.write({ 'm/2.sql': 'CREATE TABLE two ();' });
    const retried = await stage.run({ files });
    expect(retried).toEqual({
      exitCode: 0,
      stdout: 'skipped m/1.sql: the ledger has it\napplied m/2.sql\napplied m/3.sql\n',
      stderr: '',
    });
    expect(await stage.tables()).toEqual(['one', 'rehearsal_migrations', 'three', 'two']);
  });

  test.each([
    ['a COPY from stdin', 'SELECT 1;\nCOPY t (a) FROM stdin;\n1\n\\.\n', /^1\.sql:2: COPY … FROM stdin .* INSERT/],
    ['a command of psql', 'SELECT 1;\n\\set ON_ERROR_STOP on\n', /^1\.sql:2: `\\set` is a command of psql/],
    ['a NUL', "SELECT 1;\nSELECT 'a\0b';\n", /^1\.sql:2: the file holds a NUL/],
  ])('says where a file holds %s, and sends nothing of it', async (name, content, message) => {
    await using stage = await openStage(
      `unsendable_${name.replaceAll(' ', '_').toLowerCase()}`,
      'CREATE TABLE t (a int)',
    );
    await stage.write({ '1.sql': content });
    const { exitCode, stderr } = await stage.run({ files: ['1.sql'] });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) });
    expect((await stage.sent()).filter((sql) => sql.startsWith('SELECT 1'))).toEqual([]);
  });

  test('reads a file that begins with a byte order mark', async () => {
    await using stage = await openStage('byte_order_mark');
    await stage.write({ '1.sql': '\ufeffCREATE TABLE t (a int);' });
    expect(await stage.run({ files: ['1.sql'] })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('sends what the grammar cannot read to the server, which refuses it', async () => {
    await using stage = await openStage('syntax');
    await stage.write({ '1.sql': 'CREATE TABLE a ();\n\nCREATE TABEL b ();' });
    const { exitCode, stderr } = await stage.run({ files: ['1.sql'] });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '1.sql:3: 42601 syntax error at or near "TABEL"\n' });
    expect(await stage.tables()).toEqual(['rehearsal_migrations']);
  });

  test('tells migrations that are a folder each by the folder, in one phase and from phase to phase', async () => {
    await using stage = await openStage('folders', 'CREATE TABLE steps (name text)');
    const insert = (name: string) => `INSERT INTO steps VALUES ('${name}')`;
    await stage.write({
      'p/1_a/migration.sql': insert('a'),
      'p/2_b/migration.sql': insert('b'),
      'p/3_c/migration.sql': insert('c'),
    });
    expect(await stage.run({ files: ['p/1_a/migration.sql', 'p/2_b/migration.sql'] })).toMatchObject({ exitCode: 0 });
    expect(await stage.run({ files: ['p/3_c/migration.sql'] })).toMatchObject({ exitCode: 0 });
    expect((await stage.client.query('SELECT name FROM steps ORDER BY name')).rows).toEqual([
      { name: 'a' },
      { name: 'b' },
      { name: 'c' },
    ]);
    const { rows } = await stage.client.query('SELECT version FROM rehearsal_migrations ORDER BY version');
    expect(rows.map(({ version }) => version)).toEqual(['1_a/migration.sql', '2_b/migration.sql', '3_c/migration.sql']);
  });

  test('gives an integer ledger the leading digits and sets dirty to false', async () => {
    const ledger = 'CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL)';
    await using stage = await openStage('integers', `${ledger}; INSERT INTO schema_migrations VALUES (1, false)`);
    await stage.write({ '0001_a.up.sql': 'CREATE TABLE a ();', '0023_b.up.sql': 'CREATE TABLE b ();' });
    const run = { files: ['0001_a.up.sql', '0023_b.up.sql'], ledger: 'schema_migrations' };
    expect(await stage.run(run)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('skipped 0001_a.up.sql'),
    });
    expect(await stage.rows('SELECT version::int, dirty FROM schema_migrations ORDER BY 1')).toEqual([
      1,
      false,
      23,
      false,
    ]);
    expect(await stage.tables()).toEqual(['b', 'schema_migrations']);
  });

  test.each([
    ['a ledger without a version', 'CREATE TABLE public."Odd" (name text)', ['1.sql'], /no column `version`/],
    ['a version that is a time', 'CREATE TABLE public."Odd" (version timestamptz)', ['1.sql'], /no column `version`/],
    ['a file without digits', 'CREATE TABLE public."Odd" (version int)', ['a.sql'], /begins with no digits/],
    [
      'two files of one number',
      'CREATE TABLE public."Odd" (version int)',
      ['1.sql', '01.sql'],
      /would both be version 1/,
    ],
  ])('refuses %s before it applies anything', async (_, before, files, message) => {
    await using stage = await openStage(`odd_${files.join('_').replaceAll('.', '_')}_${before.length}`, before);
    await stage.write(Object.fromEntries(files.map((file) => [file, 'CREATE TABLE never ();'])));
    const { exitCode, stderr } = await stage.run({ files, ledger: 'public.Odd' });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) });
    expect(await stage.tables()).toEqual(['Odd']);
  });

  test('starts over where there is no ledger, and each statement commits where there is no transaction', async () => {
    await using stage = await openStage('without');
    await stage.write({ '1.sql': 'CREATE TABLE a ();\nSELECT 1/0;' });
    const run = { files: ['1.sql'], ledger: 'none', transaction: 'none' } as const;
    expect(await stage.run(run)).toMatchObject({ exitCode: 1, stderr: '1.sql:2: 22012 division by zero\n' });
    expect(await stage.tables()).toEqual(['a']);
    expect(await stage.run(run)).toMatchObject({ exitCode: 1, stderr: '1.sql:1: 42P07 relation "a" already exists\n' });
    expect(await stage.sent()).not.toContain('BEGIN');
  });

  test('says so and exits 1 where the server is not there or ends the connection', async () => {
    await using stage = await openStage('lost');
    await stage.write({ '1.sql': 'SELECT pg_terminate_backend(pg_backend_pid());', '2.sql': 'CREATE TABLE never ();' });
    const { exitCode, stderr } = await stage.run({ files: ['1.sql', '2.sql'] });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(/^1\.sql:1: 57P01 /) });
    expect(await stage.tables()).toEqual(['rehearsal_migrations']);
  });
});
