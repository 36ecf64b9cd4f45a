import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ProblemPlace } from '../../../domain/problem.ts';
import { invalidBundle } from '../../../plan/invalid-bundle.ts';
import { resolvePath } from '../../../plan/resolve-path.ts';
import { ByteSource } from './byte-source.ts';
import { decodeName, EntryNames, printableName } from './entry-names.ts';
import { type BundleLimits, streamBytesMax } from './limits.ts';
import { readTar, type TarEntry } from './read-tar.ts';
import { BundleUnreadable } from './unreadable.ts';

/**
 * Unpacks what is safe of a tar stream into an empty directory and tells what is not. Nothing is written outside of
 * `dir`,
 * whatever the archive says: links are made last, so no entry can be written through one.
 * Throws RehearsalError `invalid-bundle` where reading on would be pointless or too much.
 */
export async function unpackArchive(
  tar: AsyncIterable<Buffer>,
  archiveBytes: number,
  dir: string,
  limits: BundleLimits,
): Promise<readonly ProblemPlace[]> {
  const source = new ByteSource(tar, streamBytesMax(limits));
  const unpacking = new Unpacking(source, archiveBytes, dir, limits);
  try {
    for await (const entry of readTar(source)) await unpacking.accept(entry);
    await source.skipAll();
    await unpacking.makeLinks();
    return unpacking.problems;
  } catch (error) {
    if (error instanceof BundleUnreadable) throw invalidBundle([...unpacking.problems, error.place], error);
    throw error;
  } finally {
    await source.close();
  }
}

class Unpacking {
  readonly problems: ProblemPlace[] = [];
  readonly #source: ByteSource;
  readonly #archiveBytes: number;
  readonly #dir: string;
  readonly #limits: BundleLimits;
  readonly #names: EntryNames;
  readonly #fileBytes = new Map<string, number>();
  readonly #links = new Map<string, string>();
  #unpackedBytes = 0;

  constructor(source: ByteSource, archiveBytes: number, dir: string, limits: BundleLimits) {
    this.#source = source;
    this.#archiveBytes = archiveBytes;
    this.#dir = dir;
    this.#limits = limits;
    this.#names = new EntryNames(limits, this.problems);
  }

  async accept(entry: TarEntry): Promise<void> {
    const path = this.#pathOf(entry);
    if (path === null || isInGitDirectory(path, entry.kind)) return;
    if (path === '.') {
      if (entry.kind !== 'directory') this.#refuse('.', 'The root of the bundle is not a directory.');
      return;
    }
    const refusal = refusalOf(entry);
    if (refusal !== null) return this.#refuse(path, refusal);
    if (!this.#names.claim(path, entry.kind === 'directory' ? 'directory' : 'other')) return;
    await this.#write(entry, path);
  }

  /** Where they lead is looked at when the directory is read: nothing follows a link before that. */
  async makeLinks(): Promise<void> {
    for (const [path, target] of this.#links) {
      const at = join(this.#dir, path);
      await mkdir(dirname(at), { recursive: true });
      await symlink(target, at);
    }
  }

  async #write(entry: TarEntry, path: string): Promise<void> {
    const at = join(this.#dir, path);
    switch (entry.kind) {
      case 'directory':
        await mkdir(at, { recursive: true });
        return;
      case 'link':
        return this.#keepLink(entry, path);
      case 'hard-link':
        return this.#copyLinked(entry, path);
      default:
        this.#count(entry.sizeBytes);
        this.#fileBytes.set(path, entry.sizeBytes);
        await mkdir(dirname(at), { recursive: true });
        await pipeline(
          this.#source.stream(entry.sizeBytes),
          createWriteStream(at, { flags: 'wx', mode: modeOf(entry) }),
        );
    }
  }

  #keepLink(entry: TarEntry, path: string): void {
    const target = decodeName(entry.target);
    if (target === null || target === '') this.#refuse(path, 'The target of the link is empty or not UTF-8.');
    else this.#links.set(path, target);
  }

  /** A second name of a file becomes a file of its own: the digest knows no hard links. */
  async #copyLinked(entry: TarEntry, path: string): Promise<void> {
    const name = decodeName(entry.target);
    const target = name === null ? null : cleanPath(name);
    const sizeBytes = target === null ? undefined : this.#fileBytes.get(target);
    if (target === null || sizeBytes === undefined) {
      return this.#refuse(path, 'It is a hard link to something that is no earlier file of the archive.');
    }
    this.#count(sizeBytes);
    this.#fileBytes.set(path, sizeBytes);
    await mkdir(dirname(join(this.#dir, path)), { recursive: true });
    await copyFile(join(this.#dir, target), join(this.#dir, path));
  }

  /** By the size that the header tells, before a byte of it is written. */
  #count(sizeBytes: number): void {
    this.#unpackedBytes += sizeBytes;
    const { unpackedBytesMax, expansionMax } = this.#limits;
    if (this.#unpackedBytes > unpackedBytesMax) {
      throw new BundleUnreadable({ message: `The archive unpacks to more than ${unpackedBytesMax} bytes.` });
    }
    if (this.#unpackedBytes > this.#archiveBytes * expansionMax) {
      throw new BundleUnreadable({ message: `The archive unpacks to more than ${expansionMax} times its own size.` });
    }
  }

  #pathOf(entry: TarEntry): string | null {
    const name = decodeName(entry.path);
    if (name === null) {
      this.#refuse(printableName(entry.path), 'Its name is not UTF-8.');
      return null;
    }
    const path = cleanPath(name);
    if (path === null) this.#refuse(name, 'Its path is absolute, or has `..` in it.');
    return path;
  }

  #refuse(file: string, message: string): void {
    this.problems.push({ file, message });
  }
}

/** Without a leading `./`, doubled and trailing slashes; null where it is absolute or has `..`. */
function cleanPath(name: string): string | null {
  if (name === '' || name.startsWith('/') || name.includes('\0') || name.split('/').includes('..')) return null;
  const resolved = resolvePath(name, new Map());
  return resolved.leads === 'inside' ? resolved.path : null;
}

/** `.git/` is no part of a bundle (CONTRACT 1.2), so nothing in it may have an effect. */
function isInGitDirectory(path: string, kind: TarEntry['kind']): boolean {
  const parts = path.split('/');
  return parts.slice(0, -1).includes('.git') || (kind === 'directory' && parts.at(-1) === '.git');
}

function refusalOf(entry: TarEntry): string | null {
  switch (entry.kind) {
    case 'device':
      return 'It is a device.';
    case 'fifo':
      return 'It is a fifo.';
    case 'other':
      return 'It is neither a file nor a directory nor a link.';
    default:
      return null;
  }
}

/** Readable by everyone: the unprivileged user of a clone reads its own copy. */
const modeOf = (entry: TarEntry): number => ((entry.mode & 0o100) === 0 ? 0o644 : 0o755);
