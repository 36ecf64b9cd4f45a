import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** As a container's restart policy does: whoever ends is started again. */
const restartMs = 300;
/** What it needs was away just then. */
const refusedToStart = 4;

export interface Supervised extends AsyncDisposable {
  readonly name: string;
  /** The first one said so. */
  readonly ready: Promise<void>;
  /** What it ended of without being struck, a sentence each. */
  fallen(): readonly string[];
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
}

export interface SupervisedProgram {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What all of them say on stderr. */
  readonly logFile: string;
}

export function supervise({ name, command, args, env, logFile }: SupervisedProgram): Supervised {
  const log = openSync(logFile, 'a');
  const start = () => spawn(command, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', log] });
  let current: ChildProcess = start();
  const fallen: string[] = [];
  let isOver = false;
  const ready = once(current.stdout ?? current, 'data').then(() => undefined);
  // A test that ran out of time is ended without its scopes being left.
  const lastResort = () => current.kill('SIGKILL');
  process.once('exit', lastResort);
  const kept = (async () => {
    for (;;) {
      current.stdout?.resume();
      const [code, signal] = await once(current, 'exit');
      if (isOver) return;
      const isMeant = signal === 'SIGKILL' || code === refusedToStart;
      if (!isMeant) fallen.push(`${name} fell by itself: ${code ?? signal}`);
      await delay(restartMs);
      if (isOver) return;
      current = start();
    }
  })();
  return {
    name,
    ready,
    fallen: () => fallen,
    signal: (signal) => {
      current.kill(signal);
    },
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      process.removeListener('exit', lastResort);
      current.kill('SIGCONT');
      current.kill('SIGTERM');
      const late = setTimeout(() => current.kill('SIGKILL'), 10_000);
      await kept;
      clearTimeout(late);
    },
  };
}
