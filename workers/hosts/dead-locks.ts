import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLockFile } from '../../shared/edge/adapters/directory-lock.ts';
import { isAlive, readOwnerProcess } from '../../shared/edge/adapters/owner-process.ts';

/** Our own name of a lock that is being taken; whoever died in between left it. */
const draft = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Locks and turns of processes that died hold nobody up, and a start removes them all the same. */
export async function removeDeadLocks(locks: string): Promise<void> {
  const [files, turns] = [await filesOf(locks), await filesOf(join(locks, 'turns'))];
  for (const path of [...files.filter((name) => draft.test(name)), ...turns]) {
    const holder = await readOwnerProcess(path);
    if (holder !== undefined && !isAlive(holder)) await rm(path, { force: true });
  }
  for (const path of files.filter((name) => !draft.test(name)))
    await (await tryLockFile(path))?.[Symbol.asyncDispose]();
}

async function filesOf(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => join(dir, name));
}
