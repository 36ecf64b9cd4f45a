import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const setup = join(import.meta.dirname, '../infra/setup');
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rehearsal-setup-'));
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
