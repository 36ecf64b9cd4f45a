import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { lockFile } from './directory-lock.ts';
import { isAlive, readOwnerProcess, thisProcess } from './owner-process.ts';

const run = promisify(execFile);
const GiB = 1024 ** 3;

/** A sparse file never costs more than what is in it, but it must not be able to fill the disk either. */
const imageBytesMax = 40 * GiB;
const shareOfFreeMax = 0.6;
/** Below this mkfs.xfs refuses or its own log takes most of the room. */
const imageBytesMin = 2 * GiB;
const mountWaitMs = 30_000;

/**
 * A copy-on-write file system in a sparse file, for disks that cannot share blocks themselves (ext4). Any number of
 * processes may
 * use it at once: each registers itself, and the last to leave unmounts. Undefined where this machine cannot do it.
 */
export async function useLoopVolume(root: string, locks: string): Promise<LoopVolume | undefined> {
  if (process.getuid?.() !== 0 || process.platform !== 'linux' || !(await hasLoopDevices())) return undefined;
  const places = {
    root,
    image: join(root, 'volume.xfs'),
    mountPoint: join(root, 'volume'),
    users: join(locks, 'users'),
  };
  await mkdir(places.users, { recursive: true });
  await mkdir(places.mountPoint, { recursive: true, mode: 0o711 });
  await using _ = await lockFile(join(locks, 'mount'), mountWaitMs);
  if (!(await isMounted(places)) && !(await mountImage(places))) return undefined;
  const { pid, startTime } = thisProcess();
  const ticket = join(places.users, `${pid}-${startTime}-${process.hrtime.bigint()}`);
  await writeFile(ticket, JSON.stringify(thisProcess()));
  return { dir: places.mountPoint, release: () => leave(places, locks, ticket) };
}

export interface LoopVolume {
  readonly dir: string;
  /** Takes back our registration and unmounts if nobody else is left. */
  release(): Promise<void>;
}

interface Places {
  readonly root: string;
  readonly image: string;
  readonly mountPoint: string;
  readonly users: string;
}

async function hasLoopDevices(): Promise<boolean> {
  return access('/dev/loop-control', constants.R_OK).then(
    () => true,
    () => false,
  );
}

async function isMounted({ root, mountPoint }: Places): Promise<boolean> {
  const [outside, inside] = [await stat(root), await stat(mountPoint)];
  return outside.dev !== inside.dev;
}

/** False where a program is missing, the kernel refuses, or there is too little room: then files are copied instead. */
async function mountImage(places: Places): Promise<boolean> {
  try {
    const exists = await stat(places.image).then(
      () => true,
      () => false,
    );
    if (!exists && !(await makeImage(places))) return false;
    // `discard` gives the blocks of removed clones back to the disk below.
    await run('mount', ['-t', 'xfs', '-o', 'loop,discard,noatime,nosuid,nodev', places.image, places.mountPoint]);
    return true;
  } catch {
    return false;
  }
}

async function makeImage({ root, image }: Places): Promise<boolean> {
  const { bavail, bsize } = await statfs(root);
  const sizeBytes = Math.min(imageBytesMax, Math.floor(bavail * bsize * shareOfFreeMax));
  if (sizeBytes < imageBytesMin) return false;
  const draft = `${image}.${process.pid}`;
  try {
    const file = await open(draft, 'w', 0o600);
    await file.truncate(sizeBytes);
    await file.close();
    await run('mkfs.xfs', ['-q', '-m', 'reflink=1', draft]);
    await rename(draft, image);
    return true;
  } finally {
    await rm(draft, { force: true });
  }
}

async function leave(places: Places, locks: string, ticket: string): Promise<void> {
  await using _ = await lockFile(join(locks, 'mount'), mountWaitMs);
  await rm(ticket, { force: true });
  for (const name of await readdir(places.users)) {
    const path = join(places.users, name);
    const user = await readOwnerProcess(path);
    if (user !== undefined && isAlive(user)) return;
    await rm(path, { force: true });
  }
  if (await isMounted(places)) await unmount(places.mountPoint);
}

/**
 * A process that is just ending may hold a file for a moment; one that stays keeps it mounted until the next user
 * leaves.
 */
async function unmount(mountPoint: string): Promise<void> {
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    const done = await run('umount', [mountPoint]).then(
      () => true,
      () => false,
    );
    if (done) return;
    await delay(100);
  }
}
