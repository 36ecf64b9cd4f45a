import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { lockFile } from '../../shared/edge/adapters/directory-lock.ts';
import { isAlive, readOwnerProcess, thisProcess } from '../../shared/edge/adapters/owner-process.ts';

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
 * use it at once: each registers itself, and the last to leave unmounts. `lacks` where this machine cannot do it.
 */
export async function useLoopVolume(root: string, locks: string): Promise<LoopVolume | { readonly lacks: string }> {
  const lacks = await lacksForLoop();
  if (lacks !== undefined) return { lacks };
  const places = {
    root,
    image: join(root, 'volume.xfs'),
    mountPoint: join(root, 'volume'),
    users: join(locks, 'users'),
  };
  await mkdir(places.users, { recursive: true });
  await mkdir(places.mountPoint, { recursive: true, mode: 0o711 });
  await using _ = await lockFile(join(locks, 'mount'), mountWaitMs);
  const isNew = !(await isMounted(places));
  const made = isNew ? await mountImage(places) : { image: 'found' as const };
  if ('lacks' in made) return made;
  const { pid, startTime } = thisProcess();
  const ticket = join(places.users, `${pid}-${startTime}-${process.hrtime.bigint()}`);
  await writeFile(ticket, JSON.stringify(thisProcess()));
  const did = made.image === 'made' ? 'made the sparse file' : 'uses the sparse file';
  return {
    dir: places.mountPoint,
    isNew,
    says: `${did} ${places.image} as an xfs volume, mounted at ${places.mountPoint}, because this disk cannot share blocks`,
    release: () => leave(places, locks, ticket),
  };
}

export interface LoopVolume {
  readonly dir: string;
  /** Nobody had it mounted before. */
  readonly isNew: boolean;
  readonly says: string;
  /** Takes back our registration and unmounts if nobody else is left. */
  release(): Promise<void>;
}

interface Places {
  readonly root: string;
  readonly image: string;
  readonly mountPoint: string;
  readonly users: string;
}

async function lacksForLoop(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'loop devices are a thing of Linux';
  if (process.getuid?.() !== 0) return 'only root may mount';
  return access('/dev/loop-control', constants.R_OK).then(
    () => undefined,
    () => 'there is no /dev/loop-control',
  );
}

async function isMounted({ root, mountPoint }: Places): Promise<boolean> {
  const [outside, inside] = [await stat(root), await stat(mountPoint)];
  return outside.dev !== inside.dev;
}

/** `lacks` where a program is missing, the kernel refuses, or there is too little room: then files are copied. */
async function mountImage(places: Places): Promise<{ readonly image: 'made' | 'found' } | { readonly lacks: string }> {
  try {
    const exists = await stat(places.image).then(
      () => true,
      () => false,
    );
    if (!exists && !(await makeImage(places))) return { lacks: 'there is too little room for one' };
    // `discard` gives the blocks of removed clones back to the disk below.
    await run('mount', ['-t', 'xfs', '-o', 'loop,discard,noatime,nosuid,nodev', places.image, places.mountPoint]);
    return { image: exists ? 'found' : 'made' };
  } catch (error) {
    return { lacks: wordsOf(error) };
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'ENOENT' && error.message.includes('mkfs.xfs')) {
    return 'mkfs.xfs is missing: apt-get install xfsprogs';
  }
  const said = 'stderr' in error ? String(error.stderr).trim().split('\n')[0] : '';
  return said === '' || said === undefined ? error.message : said;
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
