import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lockFile } from '../../shared/edge/adapters/directory-lock.ts';
import { isAlive, type OwnerProcess, readOwnerProcess, thisProcess } from '../../shared/edge/adapters/owner-process.ts';

export type Turn = 'alone' | 'shared';

export interface TurnOptions {
  readonly signal: AbortSignal;
  /** Told once, where the wait is one that a reader would wonder about: whose turn it is. */
  readonly onWait?: (holder: OwnerProcess, how: Turn) => void;
}

const pollMs = 50;
const noticedMs = 1_000;
const lockWaitMs = 30_000;
const beatEveryMs = 10_000;
/** Of a holder in another container nothing is to be seen but that its ticket stays fresh. */
const beatMissedMs = 60_000;

/**
 * Whose turn it is on the machine, among all processes that share a data root: `alone` excludes everybody, `shared`
 * only those who want it alone. First come, first served, so that nobody waits for ever; who died is passed over.
 * Leaving the scope gives the turn back. Nobody may take a second one while holding one.
 */
export async function takeTurn(locks: string, how: Turn, options: TurnOptions): Promise<AsyncDisposable> {
  const dir = join(locks, 'turns');
  await mkdir(dir, { recursive: true });
  const own = await drawTicket(dir, join(locks, 'turns-door'), how);
  const path = join(dir, own.name);
  const beat = setInterval(() => void touch(path), beatEveryMs);
  beat.unref();
  const giveBack = async (): Promise<void> => {
    clearInterval(beat);
    await rm(path, { force: true });
  };
  try {
    await untilNobodyIsAhead(dir, own, options);
  } catch (error) {
    await giveBack();
    throw error;
  }
  return { [Symbol.asyncDispose]: giveBack };
}

interface Ticket {
  readonly name: string;
  readonly number: number;
  readonly how: Turn;
}

/** A ticket appears with its whole content at once, and numbers never come twice. */
async function drawTicket(dir: string, door: string, how: Turn): Promise<Ticket> {
  await using _ = await lockFile(door, lockWaitMs);
  const number = 1 + Math.max(0, ...(await tickets(dir)).map((ticket) => ticket.number));
  const id = randomUUID();
  const name = `${String(number).padStart(12, '0')}-${how}-${id}`;
  const draft = join(dir, `.${id}`);
  await writeFile(draft, JSON.stringify(thisProcess()));
  await rename(draft, join(dir, name));
  return { name, number, how };
}

async function untilNobodyIsAhead(dir: string, own: Ticket, { signal, onWait }: TurnOptions): Promise<void> {
  const startedMs = performance.now();
  let told = false;
  for (;;) {
    signal.throwIfAborted();
    const ahead = await firstAhead(dir, own);
    if (ahead === undefined) return;
    if (!told && performance.now() - startedMs > noticedMs) {
      told = true;
      onWait?.(ahead.holder, ahead.how);
    }
    await delay(pollMs);
  }
}

async function firstAhead(
  dir: string,
  own: Ticket,
): Promise<{ readonly holder: OwnerProcess; readonly how: Turn } | undefined> {
  for (const ticket of await tickets(dir)) {
    if (ticket.number >= own.number || (own.how === 'shared' && ticket.how === 'shared')) continue;
    const path = join(dir, ticket.name);
    const holder = await readOwnerProcess(path);
    if (holder !== undefined && isAlive(holder) && (await isFresh(path))) return { holder, how: ticket.how };
    await rm(path, { force: true });
  }
  return undefined;
}

async function tickets(dir: string): Promise<readonly Ticket[]> {
  return (await readdir(dir)).flatMap((name) => {
    const [, number, how] = /^(\d+)-(alone|shared)-/.exec(name) ?? [];
    return how === 'alone' || how === 'shared' ? [{ name, number: Number(number), how }] : [];
  });
}

async function isFresh(path: string): Promise<boolean> {
  return stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs < beatMissedMs,
    // Given back in between.
    () => false,
  );
}

/** A ticket that was given back in between needs no touch. */
async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}
