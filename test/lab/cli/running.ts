import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../shared/edge/adapters/system-clock.ts';
import { checkout, killGroup } from '../../support/cli.ts';

/** A command line under way, in a process group of its own; leaving the scope ends all of it. */
export interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  stderr(): string;
  stdout(): string;
}

export const cli = [process.execPath, join(checkout, 'workers/cli/bin.ts')];
export const wrapper = [process.execPath, join(checkout, 'infra/setup/rehearse.mjs')];

export function start(
  command: readonly string[],
  root: string,
  env: Readonly<Record<string, string | undefined>> = {},
): Running {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: checkout,
    env: { ...process.env, INIT_CWD: undefined, REHEARSAL_DATA: root, REHEARSAL_LOOP: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const end = async () => {
    killGroup(child.pid);
    await ended;
  };
  return { child, ended, stdout: () => said.stdout, stderr: () => said.stderr, [Symbol.asyncDispose]: end };
}

/** Fails with what was printed instead of waiting for ever. */
export async function reaches(running: Running, what: string, isSo: () => boolean, waitMs = 90_000): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!isSo()) {
    const { exitCode } = running.child;
    const isLate = performance.now() > deadline;
    if (isLate || exitCode !== null) {
      throw new Error(
        `${isLate ? 'too late' : `ended with ${exitCode}`}: ${what}\n${running.stderr()}${running.stdout()}`,
      );
    }
    await systemClock.wait(20);
  }
}

/** Servers that accept connections in clones (`clones`, `docker-clones`) or of snapshots in the making (`scratch`). */
export function serversIn(root: string, place: string): readonly string[] {
  const dir = join(root, place);
  if (!existsSync(dir)) return [];
  return readdirSync(dir).filter((id) =>
    [join(dir, id, 'pgdata'), join(dir, id, 'server', 'pgdata')].some((pgdata) =>
      readText(join(pgdata, 'postmaster.pid')).split('\n')[7]?.startsWith('ready'),
    ),
  );
}

export const postmasterOf = (root: string, clone: string): number =>
  Number.parseInt(readText(join(root, 'clones', clone, 'pgdata', 'postmaster.pid')), 10);

/** Whatever of a data root is more than what it is meant to keep. */
export function leftIn(root: string): readonly string[] {
  const files = ['clones', 'docker-clones', 'scratch', 'locks/turns', 'locks/users', 'locks/command-users'].flatMap(
    (place) => (existsSync(join(root, place)) ? readdirSync(join(root, place)).map((name) => `${place}/${name}`) : []),
  );
  const locks = readdirSync(join(root, 'locks'), { withFileTypes: true });
  const mounts = readText('/proc/mounts')
    .split('\n')
    .filter((line) => line.includes(root));
  return [
    ...files,
    ...locks.filter((entry) => entry.isFile()).map(({ name }) => `lock ${name}`),
    ...mounts,
    ...processesOf(root),
  ];
}

/** Those that work in it, were started with it, or have their home there. */
export function processesOf(root: string): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids
    .filter((pid) => belongs(pid, root))
    .map((pid) => `process ${pid} ${readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
}

/** Containers and networks whose data lie in it. */
export function inEngine(root: string): readonly string[] {
  const ask = (...args: string[]) =>
    execFileSync('docker', args, { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(root));
  const label = '{{.ID}} {{.Label "rehearsal.workspace"}}';
  return [
    ...ask('ps', '-a', '--no-trunc', '--filter', 'label=rehearsal', '--format', label),
    ...ask('network', 'ls', '--no-trunc', '--filter', 'label=rehearsal', '--format', label),
  ];
}

function belongs(pid: string, root: string): boolean {
  const environment = readText(`/proc/${pid}/environ`).split('\0');
  const homes = environment.some((entry) => /^(HOME|TMPDIR)=/.test(entry) && entry.includes(`=${root}/`));
  return homes || readText(`/proc/${pid}/cmdline`).includes(`${root}/`) || workingDirectory(pid).startsWith(`${root}/`);
}

function workingDirectory(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // It ended while we looked.
    return '';
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not there yet, or no longer.
    return '';
  }
}
