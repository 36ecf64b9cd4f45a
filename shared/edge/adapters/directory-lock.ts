import { randomUUID } from 'node:crypto';
import { link, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { RehearsalError } from '../../domain/problem.ts';
import { isAlive, readOwnerProcess, thisProcess } from './owner-process.ts';

const pollMs = 25;
/** Nobody holds the right to steal for longer than it takes to read and remove one small file. */
const stealExpiresMs = 10_000;

/**
 * Exclusive among all processes that share the disk; a holder that died is passed over. Leaving the scope releases it.
 */
export async function lockFile(path: string, waitMs: number, signal?: AbortSignal): Promise<AsyncDisposable> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const held = await tryLockFile(path);
    if (held !== undefined) return held;
    if (performance.now() > deadline) {
      throw new RehearsalError(
        'machine',
        'lock-not-free',
        `another process has held ${path} for more than ${Math.round(waitMs / 1000)} s`,
        `see which process its content names; if that one hangs, end it: cat ${path}`,
      );
    }
    await delay(pollMs);
    signal?.throwIfAborted();
  }
}

/** Undefined where somebody alive holds it. */
export async function tryLockFile(path: string): Promise<AsyncDisposable | undefined> {
  if (await take(path)) return release(path);
  const holder = await readOwnerProcess(path);
  if (holder !== undefined && isAlive(holder)) return undefined;
  await removeStale(path);
  return (await take(path)) ? release(path) : undefined;
}

/** A link appears with its whole content at once, so no reader ever sees a half-written holder. */
async function take(path: string): Promise<boolean> {
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, JSON.stringify(thisProcess()));
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/** Two who find the same dead holder must not remove each other's new lock: only one at a time may look and remove. */
async function removeStale(path: string): Promise<void> {
  const steal = `${path}.steal`;
  if (!(await take(steal))) {
    const age = await stat(steal).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > stealExpiresMs) await rm(steal, { force: true });
    return;
  }
  try {
    const holder = await readOwnerProcess(path);
    if (holder === undefined || !isAlive(holder)) await rm(path, { force: true });
  } finally {
    await rm(steal, { force: true });
  }
}

function release(path: string): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
