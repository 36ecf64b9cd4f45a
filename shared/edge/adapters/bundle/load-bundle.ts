import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { Bundle } from '../../../domain/bundle.ts';
import { type ProblemPlace, RehearsalError } from '../../../domain/problem.ts';
import { invalidBundle } from '../../../plan/invalid-bundle.ts';
import { manifestFile, readBundle } from '../../../plan/read-bundle.ts';
import { atOnceBytesMax, type BundleLimits, bundleLimits, packAgain } from './limits.ts';
import { type ArchiveBytes, type Compression, detectCompression, openArchive } from './open-archive.ts';
import { type Explain, readDirectory } from './read-directory.ts';
import { unpackArchive } from './unpack-archive.ts';
import { whyUnreadable } from './why-unreadable.ts';

export interface LoadedBundle {
  readonly bundle: Bundle;
  /** Every directory besides the root, empty ones too; `.git/` is left out. */
  readonly directories: readonly string[];
  /** Absolute path of the bundle's root: the given directory, or a new one below the scratch directory. */
  readonly dir: string;
  /** What was made below the scratch directory for it; the caller removes it. */
  readonly unpacked?: string;
}

/**
 * Reads a bundle from a directory (in place) or an archive (unpacked below `scratchDir`; the caller removes it).
 * Throws RehearsalError `invalid-bundle` with every problem at once; then nothing is left in `scratchDir`.
 */
export async function loadBundle(
  path: string,
  scratchDir: string,
  limits: BundleLimits = bundleLimits,
): Promise<LoadedBundle> {
  const kind = await kindOf(path);
  if (kind === 'directory') return readInto(resolve(path), [], limits, whyUnreadable);
  await mkdir(scratchDir, { recursive: true });
  const unpacked = await mkdtemp(join(resolve(scratchDir), 'bundle-'));
  try {
    const problems = await unpackFile(path, unpacked, limits);
    return { ...(await readInto(await rootOf(unpacked), problems, limits, isOurs)), unpacked };
  } catch (error) {
    await rm(unpacked, { recursive: true, force: true });
    throw error;
  }
}

/** Throws RehearsalError `invalid-bundle` where there is nothing that a bundle could be read from. */
export async function lookAtBundle(path: string): Promise<'directory' | Compression> {
  if ((await kindOf(path)) === 'directory') return 'directory';
  await using file = await openFile(path);
  return await compressionOf(file, path);
}

async function kindOf(path: string): Promise<'directory' | 'file'> {
  const found = await stat(path).catch((error: unknown) => {
    throw invalidBundle([{ file: path, message: nothingAt(path, error) }], error);
  });
  if (found.isDirectory()) return 'directory';
  if (found.isFile()) return 'file';
  throw noBundle(path);
}

async function unpackFile(path: string, dir: string, limits: BundleLimits): Promise<readonly ProblemPlace[]> {
  await using file = await openFile(path);
  const compression = await compressionOf(file, path);
  const { size: sizeBytes } = await file.stat();
  const bytes = await bytesOf(file, path, sizeBytes);
  return await unpackArchive({ sizeBytes, open: () => openArchive(bytes, compression, sizeBytes) }, dir, limits);
}

async function compressionOf(file: FileHandle, path: string): Promise<Compression> {
  const compression = await detectCompression(file);
  if (compression === null) throw noBundle(path);
  return compression;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: '',
  ENOTDIR: ': a name in its path is a file',
  EACCES: ': permission denied',
  ELOOP: ': a link in its path leads back to itself',
};

function nothingAt(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const why = code in reasons ? reasons[code] : ` (${code})`;
  const remedy = 'Name the directory that holds rehearsal.yaml, or an archive of it.';
  return `There is no readable directory or archive at \`${path}\`${why}. ${remedy}`;
}

async function openFile(path: string): Promise<FileHandle> {
  return await open(path).catch((error: unknown) => {
    const message = whyUnreadable(error);
    throw message === null ? error : invalidBundle([{ file: basename(path), message }], error);
  });
}

/** Archives are read twice; a small one, as most are, from the disk only once. */
async function bytesOf(file: FileHandle, path: string, sizeBytes: number): Promise<ArchiveBytes> {
  if (sizeBytes > atOnceBytesMax) return (start) => createReadStream(path, { start });
  const all = Buffer.alloc(sizeBytes);
  const { bytesRead } = await file.read(all, 0, sizeBytes, 0);
  return (start) => Readable.from([all.subarray(start, bytesRead)]);
}

/** By its name only: where a service keeps what it was sent is nobody's business. */
const noBundle = (path: string): RehearsalError =>
  invalidBundle([
    {
      file: basename(path),
      message: `It is neither a directory nor a .tar, .tar.gz or .tar.zst archive, by its first bytes. ${packAgain}`,
    },
  ]);

/** The only directory at the top that holds the manifest, else what was unpacked itself. */
async function rootOf(unpacked: string): Promise<string> {
  const [top, ...others] = await readdir(unpacked, { withFileTypes: true });
  if (top === undefined || others.length > 0 || !top.isDirectory()) return unpacked;
  const inside = join(unpacked, top.name);
  return (await readdir(inside)).includes(manifestFile) ? inside : unpacked;
}

/** What we unpacked ourselves and cannot read is no fault of the bundle. */
const isOurs: Explain = () => null;

async function readInto(
  dir: string,
  before: readonly ProblemPlace[],
  limits: BundleLimits,
  explain: Explain,
): Promise<LoadedBundle> {
  const reading = await readDirectory(dir, limits, explain).catch((error: unknown) => {
    throw invalidBundle([...before, ...problemsOf(error)], error);
  });
  const problems = [...before, ...reading.problems];
  if (!reading.hasReadableManifest) throw invalidBundle(problems);
  const bundle = await readBundle(reading.files).catch((error: unknown) => {
    throw invalidBundle([...problems, ...problemsOf(error)], error);
  });
  if (problems.length > 0) throw invalidBundle(problems);
  return { bundle, dir, directories: reading.files.directories };
}

/** What is wrong with the bundle; any other error goes on as it is. */
function problemsOf(error: unknown): readonly ProblemPlace[] {
  if (error instanceof RehearsalError && error.code === 'invalid-bundle') return error.problems;
  throw error;
}
