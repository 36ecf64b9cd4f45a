import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { Bundle } from '../../../domain/bundle.ts';
import { type ProblemPlace, RehearsalError } from '../../../domain/problem.ts';
import { invalidBundle } from '../../../plan/invalid-bundle.ts';
import { manifestFile, readBundle } from '../../../plan/read-bundle.ts';
import { atOnceBytesMax, type BundleLimits, bundleLimits, packAgain } from './limits.ts';
import { type ArchiveBytes, detectCompression, openArchive } from './open-archive.ts';
import { readDirectory } from './read-directory.ts';
import { unpackArchive } from './unpack-archive.ts';

export interface LoadedBundle {
  readonly bundle: Bundle;
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
  if (kind === 'directory') return readInto(resolve(path), [], limits);
  await mkdir(scratchDir, { recursive: true });
  const unpacked = await mkdtemp(join(resolve(scratchDir), 'bundle-'));
  try {
    const problems = await unpackFile(path, unpacked, limits);
    return { ...(await readInto(await rootOf(unpacked), problems, limits)), unpacked };
  } catch (error) {
    await rm(unpacked, { recursive: true, force: true });
    throw error;
  }
}

async function kindOf(path: string): Promise<'directory' | 'file'> {
  const found = await stat(path).catch((error: unknown) => {
    throw invalidBundle([{ file: path, message: `There is no readable directory or archive at \`${path}\`.` }], error);
  });
  if (found.isDirectory()) return 'directory';
  if (found.isFile()) return 'file';
  throw noBundle(path);
}

async function unpackFile(path: string, dir: string, limits: BundleLimits): Promise<readonly ProblemPlace[]> {
  await using file = await open(path);
  const compression = await detectCompression(file);
  if (compression === null) throw noBundle(path);
  const { size: sizeBytes } = await file.stat();
  const bytes = await bytesOf(file, path, sizeBytes);
  return await unpackArchive({ sizeBytes, open: () => openArchive(bytes, compression, sizeBytes) }, dir, limits);
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

async function readInto(dir: string, before: readonly ProblemPlace[], limits: BundleLimits): Promise<LoadedBundle> {
  const reading = await readDirectory(dir, limits).catch((error: unknown) => {
    throw invalidBundle([...before, ...problemsOf(error)], error);
  });
  const problems = [...before, ...reading.problems];
  const bundle = await readBundle(reading.files).catch((error: unknown) => {
    throw invalidBundle([...problems, ...problemsOf(error)], error);
  });
  if (problems.length > 0) throw invalidBundle(problems);
  return { bundle, dir };
}

/** What is wrong with the bundle; any other error goes on as it is. */
function problemsOf(error: unknown): readonly ProblemPlace[] {
  if (error instanceof RehearsalError && error.code === 'invalid-bundle') return error.problems;
  throw error;
}
