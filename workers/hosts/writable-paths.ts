import { chmod, chown, copyFile, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { copyTree } from './copy-tree.ts';
import type { SystemUser } from './process/users.ts';

/** A file or directory as it is, links included. */
export async function copyPath(from: string, to: string): Promise<void> {
  if ((await lstat(from)).isDirectory()) await copyTree(from, to, 'copy');
  else await copyFile(from, to);
}

/**
 * Makes everything below a path writable: for `user`, or for everybody where an image may bring a user of its own.
 * Links are left alone: what they lead to is told writable by its own path.
 */
export async function makeWritable(path: string, user: SystemUser | 'everybody' | undefined): Promise<void> {
  const stats = await lstat(path);
  if (stats.isSymbolicLink()) return;
  const owner = user === 'everybody' ? undefined : user;
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
  await chmod(path, (stats.mode & 0o7777) | (user === 'everybody' ? 0o666 : 0o200) | (stats.isDirectory() ? 0o111 : 0));
  if (!stats.isDirectory()) return;
  for (const name of await readdir(path)) await makeWritable(join(path, name), user);
}
