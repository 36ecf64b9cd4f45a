import { chown, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { tryLockFile } from '../../../shared/edge/adapters/directory-lock.ts';

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Servers refuse to run as root. The number needs no entry in /etc/passwd. */
const serverUid = 64_001;
const commandUidFirst = 64_100;
const commandUidCount = 1000;

/** Whom servers run as; undefined where we are not root and everything runs as us. */
export function serverUser(): SystemUser | undefined {
  return process.getuid?.() === 0 ? { uid: serverUid, gid: serverUid } : undefined;
}

/** Makes a file or directory of ours the server's. */
export async function giveToServer(path: string): Promise<void> {
  const user = serverUser();
  if (user !== undefined) await chown(path, user.uid, user.gid);
}

export interface LentUser extends AsyncDisposable {
  /** Undefined where we are not root: commands then run as us, like the server, and can read what we can. */
  readonly user: SystemUser | undefined;
}

/** A user of its own for the commands of one clone, so that no clone's commands can read or signal another's. */
export async function lendCommandUser(locks: string): Promise<LentUser> {
  if (serverUser() === undefined) return { user: undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
  const dir = await lockDirectory(locks);
  const start = Math.floor(Math.random() * commandUidCount);
  for (let step = 0; step < commandUidCount; step += 1) {
    const uid = commandUidFirst + ((start + step) % commandUidCount);
    const held = await tryLockFile(join(dir, String(uid)));
    if (held !== undefined)
      return { user: { uid, gid: uid }, [Symbol.asyncDispose]: () => held[Symbol.asyncDispose]() };
  }
  throw new RehearsalError(
    'machine',
    'no-free-user',
    `all ${commandUidCount} user numbers for commands are taken`,
    `wait for other rehearsals to end, or remove stale files in ${dir}`,
  );
}

/** Gives back the users whose borrowers died. */
export async function takeBackUsers(locks: string): Promise<void> {
  if (serverUser() === undefined) return;
  const dir = await lockDirectory(locks);
  for (const name of (await readdir(dir)).filter((entry) => /^\d+$/.test(entry))) {
    await (await tryLockFile(join(dir, name)))?.[Symbol.asyncDispose]();
  }
}

/** Users are the machine's, not the data root's: two roots must not lend the same one. */
async function lockDirectory(locks: string): Promise<string> {
  for (const dir of ['/run/rehearsal/users', join(locks, 'command-users')]) {
    const made = await mkdir(dir, { recursive: true, mode: 0o700 }).then(
      () => true,
      () => false,
    );
    if (made) return dir;
  }
  return locks;
}
