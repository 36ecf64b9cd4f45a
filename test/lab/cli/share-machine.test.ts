import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Report } from '../../../shared/domain/report.ts';
import { takeTurn } from '../../../workers/hosts/machine-turns.ts';
import { libraryBundle } from '../../support/contract-bundles.ts';
import { describeWith } from '../../support/require.ts';
import { type Directory, temporaryDirectory, writtenBundle } from '../../support/vendor.ts';
import { cli, leftIn, reaches, start } from './running.ts';

const quick = { 'migrations/1.sql': 'ALTER TABLE books ADD COLUMN shelf text;' };

let data: Directory;
let root: string;
beforeEach(async () => {
  data = await temporaryDirectory();
  await chmod(data.dir, 0o755);
  root = join(data.dir, 'root');
});
afterEach(() => data[Symbol.asyncDispose]());

describe('one data root', () => {
  test('serves four rehearsals at once: one snapshot, four equal answers, nothing left', async () => {
    await using bundle = await writtenBundle(libraryBundle({}, quick));
    const command = [...cli, 'run', bundle.dir, '--host', 'process', '--only', 'control', '--format', 'json'];
    const four = Array.from({ length: 4 }, () => start(command, root));
    const codes = await Promise.all(four.map((running) => running.ended));
    const said = four.map((running) => running.stderr()).join('\n');
    expect(codes, said).toEqual([3, 3, 3, 3]);
    const reports = four.map((running) => JSON.parse(running.stdout()) as Report);
    expect(new Set(reports.flatMap(({ runs }) => runs.map(({ outcome }) => outcome)))).toEqual(new Set(['completed']));
    expect(new Set(reports.map(({ runs }) => runs.map(({ id }) => id).join())).size).toBe(1);
    expect(new Set(reports.map(({ digests }) => JSON.stringify(digests))).size).toBe(1);
    expect(await readdir(join(root, 'snapshots'))).toHaveLength(1);
    expect(leftIn(root)).toEqual([]);
  });

  test('lets a run that must be alone wait for others, says so, and goes on when they are done', async () => {
    await using bundle = await writtenBundle(libraryBundle({}, quick));
    await mkdir(join(root, 'locks'), { recursive: true });
    const shared = await takeTurn(join(root, 'locks'), 'shared', { signal: new AbortController().signal });
    const only = ['--only', 'control,under-load'];
    await using running = start([...cli, 'run', bundle.dir, '--host', 'process', ...only], root);
    await reaches(running, 'it waits', () => running.stderr().includes('under-load waits: another run'));
    expect(running.stderr()).toContain('control completed');
    expect(running.stderr()).not.toContain('under-load completed');
    await shared[Symbol.asyncDispose]();
    expect(await running.ended, running.stderr()).toBe(3);
    expect(running.stderr()).toContain('under-load completed');
  });
});

describeWith('root', 'a small disk', () => {
  beforeEach(async () => {
    await mkdir(root);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m,mode=755', 'tmpfs', root]);
  });
  afterEach(() => void execFileSync('umount', [root]));
  const run = (dir: string, env: Readonly<Record<string, string>>) =>
    start([...cli, 'run', dir, '--host', 'process', '--only', 'control', '--format', 'json'], root, env);

  test('is refused before anything is made where the reserve would be touched', async () => {
    await using bundle = await writtenBundle(libraryBundle({}, quick));
    await using running = run(bundle.dir, {});
    expect(await running.ended, running.stderr()).toBe(4);
    const problem = JSON.parse(running.stdout());
    expect(problem).toMatchObject({ code: 'disk-full', remedy: expect.stringContaining('REHEARSAL_DATA=') });
    expect(leftIn(root).filter((line) => !line.startsWith('tmpfs'))).toEqual([]);
  });

  test.for([
    ['in the files of the command', 'head -c 500M /dev/zero > $TMPDIR/big; exit 1'],
    ['by a command that says it went well', 'head -c 500M /dev/zero > $TMPDIR/big; exit 0'],
  ])('that fills up %s makes the run no evidence: inconclusive', async ([, script = '']) => {
    const migrate = [{ name: 'pre-deploy', command: ['sh', '-c', script] }];
    await using bundle = await writtenBundle(libraryBundle({ migrate }, {}));
    await using running = run(bundle.dir, { REHEARSAL_DISK_RESERVE: '80MiB' });
    expect(await running.ended, running.stderr() + running.stdout()).toBe(3);
    const report = JSON.parse(running.stdout()) as Report;
    expect(report.verdict).toBe('inconclusive');
    expect(report.runs.map(({ outcome }) => outcome)).toEqual(['not-run']);
    expect(report.findings.filter(({ severity }) => severity === 'blocks')).toEqual([]);
    expect(running.stderr()).toContain('the disk ran full during the run');
  });

  test('that fills up with rows makes the run no evidence, although the server refused the statement', async () => {
    const fill = 'INSERT INTO books SELECT n, repeat(md5(n::text), 200) FROM generate_series(1000, 100000) AS n;';
    await using bundle = await writtenBundle(
      libraryBundle({}, { 'migrations/1.sql': `ALTER TABLE books ALTER title SET STORAGE EXTERNAL;\n${fill}` }),
    );
    await using running = run(bundle.dir, { REHEARSAL_DISK_RESERVE: '80MiB' });
    expect(await running.ended, running.stderr() + running.stdout()).toBe(3);
    const report = JSON.parse(running.stdout()) as Report;
    expect(report.findings.filter(({ severity }) => severity === 'blocks')).toEqual([]);
    expect(running.stderr()).toContain('the disk ran full during the run');
  });
});
