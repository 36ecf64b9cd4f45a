import { execFile } from 'node:child_process';
import { chmod, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { completeBundle } from '../../infra/setup/complete-bundle.mjs';
import { pgSql } from '../../shared/edge/adapters/pg-sql.ts';
import { checkout, rehearse } from '../support/cli.ts';
import { startEmbeddedPostgres } from '../support/embedded-postgres.ts';
import { blockingChecks, rehearsed, summaryOf, weakOtherwise } from '../support/rehearsed.ts';
import { describeWith } from '../support/require.ts';
import { type Directory, temporaryDirectory } from '../support/vendor.ts';

const source = join(checkout, 'test/applications/job-queue');

describeWith('clients', 'an application from npm goes from one published version to another', () => {
  let place: Directory;
  const env = () => ({ REHEARSAL_DATA: join(place.dir, 'root') });
  beforeAll(async () => {
    place = await temporaryDirectory();
    await chmod(place.dir, 0o755);
    const parts = join(place.dir, 'parts');
    await cp(source, parts, { recursive: true });
    await completeBundle(parts, join(place.dir, 'bundle'), join(checkout, 'test/tools/packages'));
    await snapshotOfProduction(place.dir, env());
  });
  afterAll(() => place?.[Symbol.asyncDispose]());

  const judged = async (overlap: 'rolling' | 'stop-the-world') => {
    const bundle = join(place.dir, overlap);
    await cp(join(place.dir, 'bundle'), bundle, { recursive: true, verbatimSymlinks: true });
    const manifest = join(bundle, 'rehearsal.yaml');
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('overlap: rolling', `overlap: ${overlap}`));
    const args = ['--host', 'process', '--only', 'control,compatibility'];
    await using rehearsal = await rehearsed(bundle, args, { env: env(), complete: true });
    return { report: rehearsal.report, code: rehearsal.finished.code };
  };

  test('rolling: the background process of the older one ends, and its queries name tables that are gone', async () => {
    const { report, code } = await judged('rolling');
    expect({ found: blockingChecks(report), code }, summaryOf(report)).toEqual({
      found: ['broken-previous-version', 'broken-query'],
      code: 1,
    });
    const broken = report.findings.find(({ check }) => check === 'broken-previous-version');
    expect(broken?.summary).toContain('background process “mails” ended by itself');
    const query = report.findings.find(({ check }) => check === 'broken-query');
    expect(query?.remedy.sql).toContain(
      'CREATE VIEW graphile_worker.known_crontabs AS SELECT * FROM graphile_worker._private_known_crontabs;',
    );
    expect(report.compatibility.order?.safe).toEqual(['stop-the-world']);
  });

  test('stop-the-world: nothing is wrong with it', async () => {
    const { report, code } = await judged('stop-the-world');
    expect({ found: blockingChecks(report), weak: weakOtherwise(report), code }, summaryOf(report)).toEqual({
      found: [],
      weak: [],
      code: 3,
    });
  });
});

/** Production as the older version made it, handed in as a team would: by its address and a policy that it looked at. */
async function snapshotOfProduction(dir: string, env: Readonly<Record<string, string>>): Promise<void> {
  await using server = await startEmbeddedPostgres({ major: 15 });
  const { host, port, user, password, database } = server.address;
  const url = `postgresql://${user}:${password}@${host}:${port}/${database}`;
  const migrate = join(dir, 'bundle/node_modules/graphile-worker-previous/dist/cli.js');
  await promisify(execFile)(process.execPath, [migrate, '--schema-only', '--connection', url]);
  await using session = await pgSql.connect(server.address, 'rehearsal/test');
  await session.query(await readFile(join(source, 'production.sql'), 'utf8'));
  const drafted = await rehearse(['snapshot', 'classify', url], { cwd: dir, env });
  await writeFile(join(dir, 'policy.yaml'), keepAll(drafted.stdout));
  const args = ['snapshot', 'create', 'job-queue', '--from', 'dsn', url, '--policy', 'policy.yaml'];
  const made = await rehearse(args, { cwd: dir, env });
  expect(made.code, made.stderr).toBe(0);
}

/** Nobody's data: a column that the draft would empty is kept as well. */
const keepAll = (policy: string): string => policy.replace(/^( {4}\w+): .*$/gm, '$1: { keep: "made up for a test" }');
