import { constants } from 'node:fs';
import { chmod, chown, copyFile, lchown, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';

export type CopyMethod = 'reflink' | 'copy';

export interface CopyChanges {
  /** Default: the source's owner, where we may give files away; else ours. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Default: the source's mode. */
  readonly mode?: (mode: number, kind: 'file' | 'directory') => number;
}

/** Calls under way at once: more than the thread pool's four only fill its queue. */
const concurrentCalls = 8;

/**
 * Copies a directory tree with modes, owners and symbolic links; `to` must not exist. With `reflink` every file shares
 * its blocks
 * with the source, so that size costs nothing, and the copy fails where the file system cannot; `copy` shares where it
 * can.
 */
export async function copyTree(from: string, to: string, method: CopyMethod, changes: CopyChanges = {}): Promise<void> {
  const gate = new Gate(concurrentCalls);
  const flags = method === 'reflink' ? constants.COPYFILE_FICLONE_FORCE : constants.COPYFILE_FICLONE;
  await copyDirectory(from, to, { gate, flags, changes, mayGive: process.getuid?.() === 0 });
}

interface Copying {
  readonly gate: Gate;
  readonly flags: number;
  readonly changes: CopyChanges;
  readonly mayGive: boolean;
}

async function copyDirectory(from: string, to: string, copying: Copying): Promise<void> {
  const { gate } = copying;
  const { entries, stats } = await gate.pass(async () => {
    const [entries, stats] = [await readdir(from, { withFileTypes: true }), await lstat(from)];
    // Writable while it is filled; its own mode comes last.
    await mkdir(to, { mode: 0o700 });
    return { entries, stats };
  });
  await Promise.all(
    entries.map((entry) => {
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      if (entry.isDirectory()) return copyDirectory(source, target, copying);
      if (entry.isSymbolicLink()) return gate.pass(() => copyLink(source, target, copying));
      // Sockets and pipes belong to processes that run, which a copy does not have.
      return entry.isFile() ? gate.pass(() => copyOneFile(source, target, copying)) : Promise.resolve();
    }),
  );
  await gate.pass(async () => {
    await give(to, stats, copying);
    await chmod(to, (copying.changes.mode ?? sameMode)(stats.mode & 0o7777, 'directory'));
  });
}

async function copyOneFile(source: string, target: string, copying: Copying): Promise<void> {
  await copyFile(source, target, copying.flags);
  const { mode } = copying.changes;
  if (copying.mayGive || mode !== undefined) {
    const stats = await lstat(source);
    await give(target, stats, copying);
    // copyFile keeps the source's mode, and giving a file away keeps it too, except for set-id bits.
    const [own, wanted] = [stats.mode & 0o7777, mode?.(stats.mode & 0o7777, 'file')];
    if (wanted !== undefined && wanted !== own) await chmod(target, wanted);
  }
}

async function copyLink(source: string, target: string, copying: Copying): Promise<void> {
  await symlink(await readlink(source), target);
  const stats = await lstat(source);
  const { uid, gid } = copying.changes.owner ?? stats;
  if (copying.mayGive) await lchown(target, uid, gid);
}

async function give(
  path: string,
  stats: { readonly uid: number; readonly gid: number },
  copying: Copying,
): Promise<void> {
  const { uid, gid } = copying.changes.owner ?? stats;
  if (copying.mayGive && (uid !== 0 || gid !== 0)) await chown(path, uid, gid);
}

const sameMode = (mode: number): number => mode;

/** Lets so many callers in at once; the others wait in order. */
class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
