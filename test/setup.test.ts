import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkout } from './support/cli.ts';

const setup = join(import.meta.dirname, '../infra/setup');
let dir: string;
beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'rehearsal-setup-')));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const script = (source: string, env: NodeJS.ProcessEnv = {}): ChildProcess =>
  spawn(process.execPath, ['--input-type=module', '-e', source], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });

/** Says when it begins and ends, and takes a while between the two. */
const worker = (lock: string, log: string) => `
  import { appendFileSync } from 'node:fs';
  import { oneAtATime } from ${JSON.stringify(join(setup, 'one-at-a-time.mjs'))};
  oneAtATime(${JSON.stringify(lock)}, () => {
    appendFileSync(${JSON.stringify(log)}, 'begins\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
    appendFileSync(${JSON.stringify(log)}, 'ends\\n');
  });`;

test('two installations in one checkout take turns, and one that died is passed over', async () => {
  const [lock, log] = [join(dir, 'modules', 'lock'), join(dir, 'log')];
  const dead = script('');
  await once(dead, 'exit');
  await rm(join(dir, 'modules'), { recursive: true, force: true });
  await once(script(worker(lock, log)), 'exit');
  await writeFile(lock, String(dead.pid));
  await Promise.all([1, 2, 3].map(() => once(script(worker(lock, log)), 'exit')));
  const said = (await readFile(log, 'utf8')).trim().split('\n');
  expect(said).toEqual(Array.from({ length: 4 }, () => ['begins', 'ends']).flat());
});

test('a program whose starter ended while packages were installed is asked to stop', async () => {
  const program = join(dir, 'program.mjs');
  await writeFile(
    program,
    "process.on('SIGTERM', () => { console.log('stopped'); process.exit(0); }); setInterval(() => {}, 1000); console.log('runs');",
  );
  // Its parent is a shell that ends while it is still busy with something that takes it a while.
  const busy = `
    import { handOver } from ${JSON.stringify(join(setup, 'hand-over.mjs'))};
    import { relative } from 'node:path';
    import { readFileSync } from 'node:fs';
    const parent = process.ppid;
    console.log('loaded');
    while (readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')[1] === String(parent));
    handOver(relative(${JSON.stringify(join(setup, '../..'))}, ${JSON.stringify(program)}));`;
  const file = join(dir, 'busy.mjs');
  await writeFile(file, busy);
  const shell = spawn('/bin/sh', ['-c', `"${process.execPath}" "${file}" & read -r _; exit 0`], {
    env: { ...process.env, npm_lifecycle_event: 'start' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  const ended = new Promise<void>((resolve) => {
    shell.stdout?.on('data', (text: Buffer) => {
      said += String(text);
      if (said === 'loaded\n') shell.stdin?.end('go\n');
    });
    shell.stdout?.on('close', resolve);
  });
  await ended;
  // That it ended at all is what counts; asked so early, it may not even have begun.
  expect(said).toMatch(/^loaded\n(runs\nstopped\n)?$/);
});

/** The pages may have to be built first. */
const setUpMs = 120_000;
const fresh = { INIT_CWD: undefined, npm_lifecycle_event: undefined, npm_package_json: undefined };
const call = (program: string, args: readonly string[], cwd: string, env: Readonly<Record<string, unknown>> = {}) => {
  const given = { ...process.env, ...fresh, ...env } as NodeJS.ProcessEnv;
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env: given, encoding: 'utf8' });
  return { status, stdout, stderr };
};
const rehearse = join(setup, 'rehearse.mjs');
const judging = ['judge', 'not-there.json'];
/** `judge` names the file that it looked for, which is why it is asked here. */
const lookedIn = (place: string) => expect.stringContaining(`rehearse: ${place}/not-there.json cannot be read`);

/** CONTRACT 2: "Relative paths are the caller's." */
describe('relative paths are those of', { timeout: setUpMs }, () => {
  const ours = { npm_lifecycle_event: 'rehearse', npm_package_json: join(checkout, 'package.json') };

  test('where npm was called, for the script that npm starts in the checkout', () => {
    const ended = call(process.execPath, [rehearse, ...judging], checkout, { ...ours, INIT_CWD: dir });
    expect(ended).toMatchObject({ status: 2, stdout: '', stderr: lookedIn(dir) });
  });

  test.for([
    ['a shell somewhere below npm', { npm_lifecycle_event: 'deploy', npm_package_json: '/other/package.json' }],
    ['a script of another package that has the same name', { ...ours, npm_package_json: '/other/package.json' }],
    ['a directory that our own script went to', ours],
    ['a shell that nothing else is known of', {}],
  ] as const)('%s, whatever INIT_CWD says', ([, env]) => {
    const stale = { ...env, INIT_CWD: '/somewhere' };
    const ended = call(process.execPath, [rehearse, ...judging], dir, stale);
    expect(ended).toMatchObject({ status: 2, stderr: lookedIn(dir) });
  });

  test('where the program itself is started', () => {
    const bin = join(checkout, 'workers/cli/bin.ts');
    const ended = call(process.execPath, [bin, ...judging], dir, { ...ours, INIT_CWD: '/somewhere' });
    expect(ended).toMatchObject({ status: 2, stderr: lookedIn(dir) });
  });
});

/** CONTRACT 2: "`rehearse COMMAND` when installed. Sets up on first use (output to stderr)." */
describe('the command that package.json names', { timeout: setUpMs }, () => {
  const { bin } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { bin: { rehearse: string } };
  const nodes = [process.execPath, '/usr/bin/node'].filter(existsSync);

  test.for(nodes)('works through a link, started by %s, from where it is called', async (node) => {
    await mkdir(join(dir, 'bin'));
    await mkdir(join(dir, 'work'));
    const command = join(dir, 'bin', 'rehearse');
    await symlink(join(checkout, bin.rehearse), command);
    const env = { PATH: `${dirname(node)}:${process.env.PATH}` };
    const ended = call(command, judging, join(dir, 'work'), env);
    expect(ended).toMatchObject({ status: 2, stdout: '', stderr: lookedIn(join(dir, 'work')) });
  });

  test('says where it was unpacked below node_modules that it has to come from a checkout', async () => {
    const installed = join(dir, 'node_modules', 'rehearsal');
    await cp(setup, join(installed, 'infra/setup'), { recursive: true });
    const program = join(installed, 'infra/setup/rehearse.mjs');
    const words = call(process.execPath, [program, 'run', 'x'], dir);
    expect(words).toMatchObject({ status: 4, stdout: '', stderr: expect.stringContaining(`${installed} lies in`) });
    expect(words.stderr).toContain('npm install -g ./');
    const json = call(process.execPath, [program, 'run', 'x', '--format', 'json'], dir);
    expect(json).toMatchObject({ status: 4, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({
      ...{ type: '/problems/no-checkout', title: 'no checkout', code: 'no-checkout', problems: [] },
      ...{ detail: expect.stringContaining(installed), remedy: expect.stringContaining('npm install -g') },
    });
  });

  test('says that packages could not be installed in the form that was asked for', async () => {
    await cp(setup, join(dir, 'infra/setup'), { recursive: true });
    await writeFile(join(dir, 'npm'), '#!/bin/sh\necho no network\nexit 1\n');
    await chmod(join(dir, 'npm'), 0o755);
    const program = join(dir, 'infra/setup/rehearse.mjs');
    const env = { PATH: `${dir}:${process.env.PATH}` };
    const ended = call(process.execPath, [program, 'run', 'x', '--format=json'], dir, env);
    expect(ended).toMatchObject({ status: 4, stderr: expect.stringContaining('no network') });
    expect(JSON.parse(ended.stdout)).toMatchObject({ code: 'no-packages', remedy: expect.stringContaining(dir) });
  });
});

/** CONTRACT 1.3: "PATH, which is the directory of the Node that runs `rehearse` followed by the caller's PATH". */
describe('what a program of ours finds in PATH', () => {
  const pathOf = (env: Readonly<Record<string, string>>): string =>
    call(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { environment } from ${JSON.stringify(join(setup, 'install.mjs'))}; console.log(environment.PATH);`,
      ],
      dir,
      env,
    ).stdout.trim();
  const node = join(checkout, 'node_modules/node/bin');

  test('is our Node and then what the caller has there, and nothing else of the checkout', () => {
    expect(pathOf({ PATH: '/caller/bin:/usr/bin' })).toBe(`${node}:/caller/bin:/usr/bin`);
  });

  test('is not what npm puts before it for a script of ours', () => {
    const places = [];
    for (let place = checkout; ; place = dirname(place)) {
      places.push(join(place, 'node_modules/.bin'));
      if (place === dirname(place)) break;
    }
    const caller = `${checkout}/node_modules/.bin:/usr/bin`;
    const env = { npm_lifecycle_event: 'rehearse', npm_package_json: join(checkout, 'package.json') };
    const PATH = [...places, '/usr/lib/npm/node-gyp-bin', caller].join(':');
    expect(pathOf({ ...env, PATH })).toBe(`${node}:${caller}`);
    // What another package's scripts find first is what its caller meant.
    expect(pathOf({ ...env, npm_package_json: '/other/package.json', PATH })).toBe(`${node}:${PATH}`);
  });
});
