import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { gateCommand } from '../../../workers/cli/gate-command.ts';
import type { CommandIo } from '../../../workers/cli/io.ts';
import { submitCommand } from '../../../workers/cli/submit-command.ts';
import { runCommand } from '../../support/run-command.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { adminToken, makeBundle, startService, type TestService } from './service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService('postgres');
  await service.startWorker();
});
afterAll(() => service[Symbol.asyncDispose]());

async function run(
  command: (io: CommandIo) => Command,
  args: readonly string[],
  env: CommandIo['env'] = { REHEARSAL_TOKEN: adminToken },
) {
  const ended = { stdout: '', stderr: '', code: -1 };
  const io: CommandIo = {
    stdout: (text) => {
      ended.stdout += text;
    },
    stderr: (text) => {
      ended.stderr += text;
    },
    env,
    cwd: service.dir,
    exit: (code) => {
      ended.code = code;
    },
  };
  const failure = await command(io)
    .exitOverride()
    .parseAsync([...args], { from: 'user' })
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  return { ...ended, failure };
}

async function archiveOf(version: string): Promise<string> {
  const path = join(await mkdtemp(join(service.dir, 'archive-')), 'bundle.tar.gz');
  await writeFile(path, await makeBundle(service.dir, version));
  return path;
}

describe('rehearse submit', () => {
  it('ends with the exit code of the verdict, and prints the report and nothing else on stdout', async () => {
    const passed = await run(submitCommand, [
      await archiveOf('6.0.0'),
      '--server',
      service.address,
      '--format',
      'json',
    ]);
    expect(passed).toMatchObject({ code: 0, failure: undefined });
    expect(JSON.parse(passed.stdout)).toMatchObject({ verdict: 'pass', version: '6.0.0' });
    const failed = await run(submitCommand, [
      await archiveOf('6.0.1-bad'),
      '--server',
      service.address,
      '--format',
      'json',
    ]);
    expect(failed).toMatchObject({ code: 1, failure: undefined });
  });

  it('packs a directory, without its .git, into the same bundle as the archive of it', async () => {
    const dir = await mkdtemp(join(service.dir, 'source-'));
    const files = {
      'rehearsal.yaml':
        'rehearsal: 1\nservice: packed\nversion: "1"\nsnapshot: { sql: [seed.sql] }\nmigrate: [{ name: up, sql: [up.sql] }]\napps: none\n',
      'seed.sql': 'SELECT 1;\n',
      'up.sql': 'SELECT 1;\n',
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
    const first = await run(submitCommand, [dir, '--server', service.address, '--format', 'json']);
    expect(first).toMatchObject({ code: 0, failure: undefined });
    const second = await run(submitCommand, [dir, '--server', service.address, '--format', 'json']);
    expect(JSON.parse(second.stdout).rehearsalId).toBe(JSON.parse(first.stdout).rehearsalId);
  });

  it('says what is wrong with a bundle whether the API or a worker found it', async () => {
    const early = await run(submitCommand, [await archiveOf('"6.1.0'), '--server', service.address]);
    expect(early.failure).toMatchObject({ fault: 'bundle', code: 'invalid-bundle' });
    const late = await run(submitCommand, [await archiveOf('6.1.1-refused'), '--server', service.address]);
    expect(late.failure).toMatchObject({ fault: 'bundle', problems: [{ file: 'seed.sql', line: 3 }] });
  });

  it('gives up when the wait is over, with the fault that exits 5', async () => {
    await writeFile(join(service.dir, 'hold-control'), '');
    const late = await run(submitCommand, [await archiveOf('6.2.0'), '--server', service.address, '--wait', '1500ms']);
    await rm(join(service.dir, 'hold-control'));
    expect(late.failure).toBeInstanceOf(RehearsalError);
    expect(late.failure).toMatchObject({ fault: 'deadline', code: 'waited-too-long' });
  });

  it('is refused by policy without a token, and reads one from a file', async () => {
    const path = await archiveOf('6.3.0');
    const without = await run(submitCommand, [path, '--server', service.address], {});
    expect(without.failure).toMatchObject({ fault: 'policy', code: 'unauthenticated' });
    const file = join(service.dir, 'token');
    await writeFile(file, `${adminToken}\n`);
    const withFile = await run(submitCommand, [path, '--server', service.address], { REHEARSAL_TOKEN_FILE: file });
    expect(withFile).toMatchObject({ code: 0, failure: undefined });
  });
});

describe('what a pipeline meets', () => {
  it('is one object with --format json, whatever went wrong', async () => {
    const env = { REHEARSAL_TOKEN: adminToken };
    const asked = async (command: (io: CommandIo) => Command, ...args: readonly string[]) => {
      const { code, stdout } = await runCommand(command, [...args, '--format', 'json'], { env });
      return { exit: code, ...(JSON.parse(stdout) as { code: string; problems: readonly object[] }) };
    };
    const here = ['--server', service.address];
    const invalid = await asked(submitCommand, await archiveOf('"8.0.0'), ...here);
    expect(invalid).toMatchObject({ exit: 2, code: 'invalid-bundle', problems: [{ file: 'rehearsal.yaml' }] });
    const absent = await asked(submitCommand, '/no/such/bundle', ...here);
    expect(absent).toMatchObject({ exit: 2, code: 'invalid-bundle' });
    expect(await asked(gateCommand, ...here)).toMatchObject({ exit: 2, code: 'usage' });
    expect(await asked(gateCommand, '--server', 'ftp://x', '--service', 'a', '--version', '1')).toMatchObject({
      exit: 2,
      code: 'usage',
    });
    const gone = ['--server', 'http://127.0.0.1:9', '--service', 'a', '--version', '1'];
    expect(await asked(gateCommand, ...gone)).toMatchObject({ exit: 4, code: 'service-unreachable' });
    const never = [...here, '--service', 'alerts', '--version', '8.0.1'];
    expect(await asked(gateCommand, ...never)).toMatchObject({
      ...{ exit: 6, code: 'gate-blocked', answer: 'block', version: '8.0.1' },
      problems: [{ key: 'never-rehearsed' }],
    });
  });

  it('takes the token from the file that --token-file names, before all others, and never prints it', async () => {
    const file = join(service.dir, 'named-token');
    await writeFile(file, `${adminToken}\n`);
    const args = ['--server', service.address, '--service', 'alerts', '--version', '8.1.0'];
    const surroundings = { env: { REHEARSAL_TOKEN: 'of-somebody-else-entirely' }, cwd: service.dir };
    expect(await runCommand(gateCommand, args, surroundings)).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('token'),
    });
    const named = await runCommand(gateCommand, [...args, '--token-file', 'named-token'], surroundings);
    expect(named).toMatchObject({ code: 6, stdout: '', stderr: expect.stringContaining('never-rehearsed') });
    await writeFile(file, 'two\nlines of a key');
    const bad = await runCommand(gateCommand, [...args, '--token-file', 'named-token'], surroundings);
    expect(bad).toMatchObject({ code: 2, stderr: expect.stringContaining('holds no token') });
    expect(bad.stderr).not.toContain('lines of a key');
  });

  it('goes on where it was when the connection is cut again and again, and posts again what did not arrive', async () => {
    await using proxy = await startCuttingProxy(service.address);
    const path = await archiveOf('8.2.0');
    const env = { REHEARSAL_TOKEN: adminToken };
    const ended = await runCommand(submitCommand, [path, '--server', proxy.url, '--format', 'json'], { env });
    expect(ended.code, ended.stderr).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ verdict: 'pass', version: '8.2.0' });
    expect(proxy.cut).toBeGreaterThan(2);
    const lines = ended.stderr.split('\n').filter((line) => line !== '');
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('asks the gate for just the bundle of a report', async () => {
    const env = { REHEARSAL_TOKEN: adminToken };
    const path = await archiveOf('8.3.0');
    const submitted = await runCommand(submitCommand, [path, '--server', service.address, '--format', 'json'], { env });
    const report = join(service.dir, 'report.json');
    await writeFile(report, submitted.stdout);
    const args = ['--server', service.address, '--report', report];
    expect(await runCommand(gateCommand, args, { env })).toMatchObject({ code: 0 });
    await writeFile(report, submitted.stdout.slice(0, 100));
    expect(await runCommand(gateCommand, args, { env })).toMatchObject({ code: 6 });
  });
});

describe('rehearse gate', () => {
  const question = (version: string, server = service.address) => [
    '--server',
    server,
    '--service',
    'alerts',
    '--version',
    version,
  ];

  it('exits 0 for allow, 6 for block and for what was never rehearsed', async () => {
    await run(submitCommand, [await archiveOf('7.0.0'), '--server', service.address]);
    await run(submitCommand, [await archiveOf('7.0.1-bad'), '--server', service.address]);
    expect(await run(gateCommand, question('7.0.0'))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^allow\n/),
    });
    expect(await run(gateCommand, question('7.0.1-bad'))).toMatchObject({
      code: 6,
      stdout: '',
      stderr: expect.stringMatching(/^rehearse: the gate blocks alerts 7\.0\.1-bad for production\n {2}failed: /),
    });
    expect(await run(gateCommand, question('7.0.2'))).toMatchObject({ code: 6 });
  });

  it('has a fault of the machine where nobody answers, which exits 4', async () => {
    const { failure } = await run(gateCommand, question('7.0.0', 'http://127.0.0.1:9'));
    expect(failure).toMatchObject({ fault: 'machine', code: 'service-unreachable' });
  });
});
