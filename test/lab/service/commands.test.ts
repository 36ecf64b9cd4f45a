import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { gateCommand } from '../../../workers/cli/gate-command.ts';
import type { CommandIo } from '../../../workers/cli/io.ts';
import { submitCommand } from '../../../workers/cli/submit-command.ts';
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
      stdout: expect.stringMatching(/^block\n/),
    });
    expect(await run(gateCommand, question('7.0.2'))).toMatchObject({ code: 6 });
  });

  it('has a fault of the machine where nobody answers, which exits 4', async () => {
    const { failure } = await run(gateCommand, question('7.0.0', 'http://127.0.0.1:9'));
    expect(failure).toMatchObject({ fault: 'machine', code: 'service-unreachable' });
  });
});
