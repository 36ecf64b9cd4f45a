import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pgSql } from '../../shared/edge/adapters/pg-sql.ts';
import { type Finished, rehearse } from '../support/cli.ts';
import { libraryBundle } from '../support/contract-bundles.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../support/embedded-postgres.ts';
import { rehearsed, summaryOf } from '../support/rehearsed.ts';
import { describeWith } from '../support/require.ts';
import { type Directory, temporaryDirectory, writtenBundle } from '../support/vendor.ts';

const production = `
  CREATE ROLE team LOGIN PASSWORD 'production-password';
  CREATE ROLE web LOGIN;
  CREATE ROLE migrator LOGIN;
  GRANT team TO migrator;
  GRANT CREATE ON SCHEMA public TO migrator, team;
  ALTER ROLE migrator SET lock_timeout = '3s';
  ALTER DATABASE postgres SET work_mem = '5MB';
  SET ROLE team;
  CREATE TABLE books (id integer PRIMARY KEY, title text NOT NULL, borrower text);
  INSERT INTO books SELECT n, 'book ' || n, 'canary-' || n FROM generate_series(1, 500) AS n;
  RESET ROLE;
  CREATE EXTENSION pg_stat_statements;
  SELECT pg_stat_reset();
`;

/** Many short transactions, and a few in a hundred that last longer than is held by default. */
async function useProduction(server: EmbeddedPostgres): Promise<void> {
  await using sessions = new AsyncDisposableStack();
  const connect = async () => sessions.use(await pgSql.connect(server.address, 'shop'));
  const slow = await Promise.all(Array.from({ length: 40 }, connect));
  const [first] = slow;
  for (let n = 0; n < 1500; n += 1) await first?.query('SELECT 1');
  await Promise.all(slow.map((session) => session.query('SELECT pg_sleep(2.5)')));
  // Younger figures are not believed.
  const isOld = "SELECT FROM pg_stat_database WHERE stats_reset < clock_timestamp() - interval '61 s'";
  while ((await first?.query(isOld))?.length === 0) await first?.query('SELECT pg_sleep(0.5)');
}

describeWith('clients', 'snapshots (section 2)', () => {
  let server: EmbeddedPostgres;
  let data: Directory;
  let made: string;
  const url = () => `postgresql://postgres:${server.address.password}@127.0.0.1:${server.address.port}/postgres`;
  const run = (...args: readonly string[]): Promise<Finished> =>
    rehearse(args, { cwd: data.dir, env: { REHEARSAL_DATA: join(data.dir, 'root') } });

  beforeAll(async () => {
    data = await temporaryDirectory();
    await chmod(data.dir, 0o755);
    server = await startEmbeddedPostgres({
      major: 15,
      settings: { shared_preload_libraries: 'pg_stat_statements' },
    });
    await using session = await pgSql.connect(server.address, 'rehearsal/test');
    await session.query(production);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await data?.[Symbol.asyncDispose]();
  });

  test('"`dump`, `dsn` and `pgdata` without `--policy` exit 6"', async () => {
    for (const source of [
      ['dump', 'dump.sql'],
      ['dsn', url()],
      ['pgdata', server.pgdata],
    ]) {
      const finished = await run('snapshot', 'create', 'library', '--from', ...source);
      expect(finished).toMatchObject({ code: 6, stdout: '' });
      expect(finished.stderr).toContain('snapshot classify');
      expect(finished.stderr).not.toContain(server.address.password);
    }
  });

  test('"`classify` (drafts a masking policy)", and it is what `create --from dsn URL` needs', async () => {
    const drafted = await run('snapshot', 'classify', url());
    expect(drafted.stdout, drafted.stderr).toContain('public.books:');
    const policy = drafted.stdout.replace(/^ {4}(title|borrower): .*$/gm, '    $1: { sql: "md5($1)" }');
    await writeFile(join(data.dir, 'policy.yaml'), policy);
    const finished = await run('snapshot', 'create', 'library', '--from', 'dsn', url(), '--policy', 'policy.yaml');
    expect(finished.code, finished.stderr).toBe(0);
    made = finished.stdout.trim();
    expect(made).toMatch(/^library@[0-9a-f]{12}$/);
  });

  test('a column that nobody classified refuses the snapshot: exit 6, every column named', async () => {
    await writeFile(join(data.dir, 'less.yaml'), 'tables:\n  public.books:\n    id: { keep: "a number" }\n');
    const finished = await run('snapshot', 'create', 'less', '--from', 'dsn', url(), '--policy', 'less.yaml');
    expect(finished).toMatchObject({ code: 6, stdout: '' });
    for (const column of ['title', 'borrower']) expect(finished.stderr).toContain(`tables.public.books.${column}`);
  });

  test('"`list` · `inspect` · `verify`": by name or name@version, never a password', async () => {
    expect((await run('snapshot', 'list')).stdout).toContain(`${made}\tdsn\tPostgreSQL 15`);
    const shown = await run('snapshot', 'inspect', 'library');
    const untold = { queriesBeyondLimit: 0, queriesHidden: 0, queryEvictions: 0 };
    expect(JSON.parse(shown.stdout)).toMatchObject({
      name: 'library',
      major: 15,
      roles: { migrate: 'team' },
      ...untold,
    });
    expect(shown.stdout).not.toMatch(/password/i);
    expect((await run('snapshot', 'verify', made)).code).toBe(0);
  });

  test('"run --snapshot S", "roles: … names roles of the snapshot", "`ALTER ROLE/DATABASE … SET` hold"', async () => {
    const is = (name: string, sql: string, value: string) => ({ name, sql: `SELECT ${sql} FROM asked`, is: value });
    await using bundle = await writtenBundle(
      libraryBundle(
        {
          snapshot: 'another',
          roles: { migrate: 'migrator', apps: 'web' },
          migrate: [{ name: 'pre-deploy', sql: ['migrations/*.sql'], ledger: 'none' }],
          invariants: [
            is('who', 'who', 'migrator'),
            is('no superuser', 'super::text', 'false'),
            is('of the role', 'wait', '3s'),
            is('of the database', 'memory', '5MB'),
            { name: 'masked', sql: "SELECT count(*) FROM books WHERE borrower ~ '^[0-9a-f]{32}$'", is: '500' },
          ],
        },
        {
          'migrations/1.sql': `CREATE TABLE asked AS SELECT current_user::text AS who, rolsuper AS super,
            current_setting('lock_timeout') AS wait, current_setting('work_mem') AS memory
            FROM pg_roles WHERE rolname = current_user`,
        },
      ),
    );
    const env = { REHEARSAL_DATA: join(data.dir, 'root') };
    const args = ['--host', 'process', '--only', 'control', '--snapshot', made];
    await using rehearsal = await rehearsed(bundle.dir, args, { env });
    const { report } = rehearsal;
    const broken = report.findings.filter(({ check }) => check === 'violated-invariant');
    expect(broken, summaryOf(report)).toEqual([]);
    expect(report.runs.find(({ scenario }) => scenario === 'control')?.outcome, summaryOf(report)).toBe('completed');
    expect(report.snapshot).toMatchObject({ name: 'library', version: made.split('@')[1] });
    const unknown = await run('run', bundle.dir, '--format', 'json');
    expect(unknown.code).toBe(2);
    expect(JSON.parse(unknown.stdout)).toMatchObject({
      code: 'unknown-snapshot',
      detail: expect.stringContaining(made),
    });
  });

  test('"default 50/s, or the snapshot’s captured rates"; "hold: … the captured 99th percentile"', async () => {
    await useProduction(server);
    const created = await run('snapshot', 'create', 'used', '--from', 'dsn', url(), '--policy', 'policy.yaml');
    expect(created.code, created.stderr).toBe(0);
    const inspected = JSON.parse((await run('snapshot', 'inspect', 'used')).stdout);
    const { ratePerSecond, holdMs } = inspected.workload;
    expect(ratePerSecond).toBeGreaterThan(10);
    expect(ratePerSecond).not.toBe(50);
    expect(holdMs).toBeGreaterThan(2400);
    await using bundle = await writtenBundle(
      libraryBundle(
        { snapshot: 'used', load: { duration: '3s' } },
        { 'migrations/1.sql': 'ALTER TABLE books ADD COLUMN shelf text;' },
      ),
    );
    const env = { REHEARSAL_DATA: join(data.dir, 'root') };
    const args = ['--host', 'process', '--only', 'control,under-load,contention'];
    await using rehearsal = await rehearsed(bundle.dir, args, { env });
    const { runs } = rehearsal.report;
    const load = runs.find(({ scenario }) => scenario === 'under-load')?.load;
    expect(load?.plannedRate, summaryOf(rehearsal.report)).toBe(ratePerSecond);
    const held = runs.flatMap(({ fault }) => fault?.heldMs ?? []);
    expect(Math.max(...held)).toBeGreaterThanOrEqual(holdMs);
  });

  test('"prune" keeps the newest versions', async () => {
    const again = await run('snapshot', 'create', 'library', '--from', 'dsn', url(), '--policy', 'policy.yaml');
    expect(again.code, again.stderr).toBe(0);
    expect((await run('snapshot', 'prune', '--keep', '1')).stdout).toBe(`removed ${made}\n`);
    expect((await run('snapshot', 'inspect', made)).code).toBe(2);
  });
});
