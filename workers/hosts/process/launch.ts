import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import type { ProcessGroup } from './process-group.ts';
import type { SystemUser } from './users.ts';

export interface Launch {
  /** Absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  readonly dir: string;
  /** Exactly this. */
  readonly env: Readonly<Record<string, string>>;
  readonly user: SystemUser | undefined;
  readonly group: ProcessGroup;
}

/** Waits for a line on descriptor 3, so that the group has the process before it does anything of its own. */
const wait = 'read -r _ <&3 || exit 125; exec 3<&-; ';
/** Shells add variables of their own; the environment is a promise to the letter. */
const shellVariables = ['PWD', 'OLDPWD', 'SHLVL', '_'];

/** Starts a program as the leader of a session, inside its group from its first instruction on. */
export async function launch({ program, args, dir, env, user, group }: Launch): Promise<ChildProcess> {
  const child = spawn('/bin/sh', ['-c', ...script(program, env), program, ...args], {
    cwd: dir,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    ...user,
  });
  try {
    await once(child, 'spawn');
    await group.admit(child.pid ?? Number.NaN);
  } catch (cause) {
    child.kill('SIGKILL');
    throw new RehearsalError(
      'machine',
      'process-not-started',
      `${program} could not be started: ${cause instanceof Error ? cause.message : String(cause)}`,
      'look at the limits on processes of this machine: ulimit -u',
      { cause },
    );
  }
  const gate = child.stdio[3] as Writable;
  // A process that was killed at once closes its end; its exit says so.
  gate.on('error', () => gate.destroy());
  gate.end('go\n');
  return child;
}

function script(program: string, env: Readonly<Record<string, string>>): readonly string[] {
  // `env` would take such a path for an assignment; the shell's own variables are then the smaller harm.
  if (program.includes('=')) return [`${wait}exec "$@"`, 'sh'];
  const unset = shellVariables.filter((name) => !(name in env)).map((name) => `-u ${name}`);
  const kept = Object.entries(env).filter(([name]) => shellVariables.includes(name) || !shellKeeps.test(name));
  return [
    `${wait}exec /usr/bin/env ${unset.join(' ')} -- "$@"`,
    'sh',
    ...kept.map(([name, value]) => `${name}=${value}`),
  ];
}

/** Some shells forget every variable whose name they could not write themselves. */
const shellKeeps = /^[A-Za-z_][A-Za-z0-9_]*$/;
