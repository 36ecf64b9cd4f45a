import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

/** Root of this checkout. */
export const checkout = resolve(import.meta.dirname, '../..');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RehearseOptions {
  readonly cwd?: string;
  /** On top of this process's own environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The whole process group is killed then, and the promise is rejected with what was printed. */
  readonly timeoutMs?: number;
}

/** Runs `rehearse ARGS` as a stranger does in a checkout and gives what came out, whatever the exit code. */
export function rehearse(args: readonly string[], options: RehearseOptions = {}): Promise<Finished> {
  const child = spawn(process.execPath, [join(checkout, 'infra/setup/rehearse.mjs'), ...args], {
    cwd: options.cwd ?? checkout,
    // npm tells its scripts where it was called; here the directory of this very call counts.
    env: { ...process.env, INIT_CWD: undefined, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const timeoutMs = options.timeoutMs ?? 240_000;
  return new Promise((fulfil, reject) => {
    const timer = setTimeout(() => {
      killGroup(child.pid);
      reject(new Error(`rehearse ${args.join(' ')} did not end within ${timeoutMs} ms:\n${stderr}\n${stdout}`));
    }, timeoutMs);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      fulfil({ code, stdout, stderr });
    });
  });
}

/** The group outlives its leader where a test ends early; a group that is gone already is what was wanted. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
