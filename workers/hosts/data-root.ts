import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { RehearsalError } from '../../shared/domain/problem.ts';
import type { CopyMethod } from './copy-tree.ts';
import { type DiskLimits, diskLimits, diskRanFull, refuseFullDisk } from './disk-limits.ts';
import { type LoopVolume, useLoopVolume } from './loop-volume.ts';

/** Where everything of ours lies on this machine; any number of processes may share one. */
export interface DataRoot extends AsyncDisposable {
  /** The directory that holds the ones below; on a loop volume it is the mounted one. */
  readonly dir: string;
  readonly snapshots: string;
  readonly clones: string;
  readonly tools: string;
  readonly scratch: string;
  readonly locks: string;
  /** How a PGDATA is copied here. */
  readonly method: CopyMethod;
  /** A sentence about why data are copied this way, and what was done for it. */
  readonly says: string;
  /** Something was mounted, or copies are full ones: whoever waits wants to know. */
  readonly isRemarkable: boolean;
  freeBytes(): Promise<number>;
  /** Throws RehearsalError `disk-full` where so much more would eat into the reserve. */
  requireFree(neededBytes: number): Promise<void>;
  /** RehearsalError `disk-ran-full` where so little is left that what fails now fails for that. */
  ranFull(freeBytes: number): RehearsalError | undefined;
  /** Lets go of the root; whatever stands in it stays. Safe to call again. */
  close(): Promise<void>;
}

/** `REHEARSAL_DATA`, else the place that the distribution keeps for services (root) or for people. */
export function defaultDataRoot(env: Readonly<Record<string, string | undefined>>): string {
  const named = env.REHEARSAL_DATA;
  if (named !== undefined && named !== '') return named;
  return process.getuid?.() === 0 ? '/var/lib/rehearsal' : join(homedir(), '.local', 'share', 'rehearsal');
}

export interface DataRootOptions {
  /** `off` never mounts a loop volume; default: what `REHEARSAL_LOOP` says. */
  readonly loop?: 'auto' | 'off';
  /** Default: what `REHEARSAL_DISK_RESERVE` says. */
  readonly disk?: DiskLimits;
}

export async function openDataRoot(root: string, options: DataRootOptions = {}): Promise<DataRoot> {
  const locks = join(root, 'locks');
  await makeTraversable(root);
  await makeTraversable(locks);
  const disk = options.disk ?? diskLimits(process.env);
  const sharesBlocks = await canReflink(root);
  const loop = options.loop ?? (process.env.REHEARSAL_LOOP === 'off' ? 'off' : 'auto');
  const used = await whereBlocksAreShared(root, locks, { sharesBlocks, loop });
  const { volume } = used;
  const dir = volume?.dir ?? root;
  const places = {
    snapshots: join(dir, 'snapshots'),
    clones: join(dir, 'clones'),
    tools: join(dir, 'tools'),
    scratch: join(dir, 'scratch'),
  };
  for (const place of [dir, ...Object.values(places)]) await makeTraversable(place);
  const method = sharesBlocks || (volume !== undefined && (await canReflink(dir))) ? 'reflink' : 'copy';
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= volume?.release() ?? Promise.resolve();
    return closing;
  };
  // A sparse image can promise more than the disk below it has.
  const freeBytes = async (): Promise<number> => Math.min(await freeBytesOn(root), await freeBytesOn(dir));
  return {
    dir,
    locks,
    ...places,
    method,
    says: used.says,
    isRemarkable: method === 'copy' || volume?.isNew === true,
    freeBytes,
    requireFree: async (neededBytes) => refuseFullDisk(root, await freeBytes(), neededBytes, disk),
    ranFull: (left) => (left >= disk.floorBytes ? undefined : diskRanFull(root, left, disk)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function whereBlocksAreShared(
  root: string,
  locks: string,
  { sharesBlocks, loop }: { readonly sharesBlocks: boolean; readonly loop: 'auto' | 'off' },
): Promise<{ readonly volume?: LoopVolume; readonly says: string }> {
  if (sharesBlocks) return { says: `${root} shares blocks between copies` };
  const found = loop === 'off' ? { lacks: 'REHEARSAL_LOOP=off' } : await useLoopVolume(root, locks);
  if ('dir' in found) return { volume: found, says: found.says };
  return {
    says: `every clone is a full copy: ${root} cannot share blocks, and no volume that can is mounted (${found.lacks})`,
  };
}

/** The unprivileged users that servers and commands run as must reach what is theirs below, and list nothing. */
async function makeTraversable(dir: string): Promise<void> {
  const made = await mkdir(dir, { recursive: true });
  const { mode } = await stat(dir);
  // A directory that was there before is its owner's: it gets what is missing and keeps the rest.
  if (made !== undefined) await chmod(dir, 0o711);
  else if ((mode & 0o111) !== 0o111) await chmod(dir, (mode & 0o7777) | 0o111);
}

async function canReflink(dir: string): Promise<boolean> {
  const probe = join(dir, `.probe-${process.pid}-${process.hrtime.bigint()}`);
  try {
    await writeFile(probe, 'probe');
    await copyFile(probe, `${probe}.copy`, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  } finally {
    await rm(probe, { force: true });
    await rm(`${probe}.copy`, { force: true });
  }
}

async function freeBytesOn(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize;
}
