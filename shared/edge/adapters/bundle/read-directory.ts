import { createHash } from 'node:crypto';
import { createReadStream, type Dirent } from 'node:fs';
import { lstat, opendir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BundleFile } from '../../../domain/bundle.ts';
import type { ProblemPlace } from '../../../domain/problem.ts';
import { type BundleEntry, type BundleFiles, byBytes } from '../../../plan/bundle-files.ts';
import { invalidBundle } from '../../../plan/invalid-bundle.ts';
import { manifestFile } from '../../../plan/read-bundle.ts';
import { resolvePath } from '../../../plan/resolve-path.ts';
import { decodeName, EntryNames, printableName, tooMany } from './entry-names.ts';
import { atOnceBytesMax, type BundleLimits, inMiB, targetBytesMax } from './limits.ts';
import { whyLinkedNowhere } from './linked-manifest.ts';
import { BundleUnreadable } from './unreadable.ts';
import { whyUnreadable } from './why-unreadable.ts';

export interface DirectoryReading {
  readonly files: BundleFiles;
  readonly problems: readonly ProblemPlace[];
  /** False where it is there and cannot be read, as the problems say: nothing more is to be known of the bundle then. */
  readonly hasReadableManifest: boolean;
}

/** What an error of reading tells whoever handed the bundle in; null where it is none of their business. */
export type Explain = (error: unknown) => string | null;

/**
 * Walks, checks and hashes an unpacked bundle. Throws RehearsalError `invalid-bundle` over the limits, and where `explain`
 * has a word for it.
 */
export async function readDirectory(
  root: string,
  limits: BundleLimits,
  explain: Explain = whyUnreadable,
): Promise<DirectoryReading> {
  const walk = new Walk(root, limits, explain);
  await walk.read().catch((error: unknown) => {
    if (error instanceof BundleUnreadable) throw invalidBundle([...walk.problems, error.place], error);
    throw error;
  });
  const targets = new Map(
    walk.entries.flatMap((entry) => (entry.target === undefined ? [] : [[entry.path, entry.target]])),
  );
  for (const path of targets.keys()) {
    if (resolvePath(path, targets).leads === 'outside') {
      walk.problems.push({
        file: path,
        message: 'The link leads out of the bundle. Put what it leads to into the bundle, or remove the link.',
      });
    }
  }
  const { directories, problems } = walk;
  const entries = walk.entries.toSorted((a, b) => byBytes(a.path, b.path));
  const isFile = (path: string): boolean => entries.some((entry) => entry.path === path && entry.kind !== 'link');
  const why = whyLinkedNowhere(manifestFile, { targets, directories, isFile });
  if (why !== null) problems.push({ file: manifestFile, message: why });
  const manifest = resolvePath(manifestFile, targets);
  const isReadable = manifest.leads === 'inside' && !walk.unreadable.has(manifest.path);
  return {
    files: { entries, directories, readText: (path) => readText(path, targets, walk) },
    problems,
    hasReadableManifest: why === null && isReadable,
  };
}

/** So that many small ones have a limit too. */
const keptOverheadBytes = 4096;

class Walk {
  readonly entries: BundleEntry[] = [];
  readonly directories: string[] = [];
  readonly problems: ProblemPlace[] = [];
  /** They are told as problems. */
  readonly unreadable = new Set<string>();
  readonly #root: string;
  readonly #limits: BundleLimits;
  readonly #explain: Explain;
  readonly #names: EntryNames;
  readonly #files: BundleFile[] = [];
  readonly #contents = new Map<string, Buffer>();
  #roomBytes = atOnceBytesMax;
  #bytes = 0;

  constructor(root: string, limits: BundleLimits, explain: Explain) {
    this.#root = root;
    this.#limits = limits;
    this.#explain = explain;
    this.#names = new EntryNames(limits, this.problems);
  }

  /** Everything is looked at before the first file is read: what is refused for its size costs no time. */
  async read(): Promise<void> {
    await this.#enter('').catch((error: unknown) => {
      const message = this.#explain(error);
      throw message === null ? error : new BundleUnreadable({ file: basename(this.#root), message }, error);
    });
    for (const { path, kind, sizeBytes } of this.#files) {
      await this.#hash(path, sizeBytes).then(
        (sha256) => this.entries.push({ path, kind, sizeBytes, sha256 }),
        (error: unknown) => this.#cannotRead(path, error),
      );
    }
  }

  /** It stays an entry, or it would be told as missing too; nobody asks for the digest of what is refused. */
  #cannotRead(path: string, error: unknown): void {
    const message = this.#explain(error);
    if (message === null) throw error;
    this.#refuse(path, message);
    this.unreadable.add(path);
    this.entries.push({ path, kind: 'file', sizeBytes: 0, sha256: '' });
  }

  /** As long as there is room, what was read for its hash is not read again for its text. */
  contentOf(path: string): Buffer | Promise<Buffer> {
    return this.#contents.get(path) ?? readFile(join(this.#root, path));
  }

  async #hash(path: string, sizeBytes: number): Promise<string> {
    const hash = createHash('sha256');
    // What is empty when it is looked at is read into a buffer that is not.
    if (sizeBytes === 0 || sizeBytes + keptOverheadBytes > this.#roomBytes) {
      await pipeline(createReadStream(join(this.#root, path)), hash);
    } else {
      const content = await readFile(join(this.#root, path));
      this.#contents.set(path, content);
      this.#roomBytes -= content.length + keptOverheadBytes;
      hash.update(content);
    }
    return hash.digest('hex');
  }

  async #enter(dir: string): Promise<void> {
    for (const entry of await this.#list(dir)) {
      const name = decodeName(entry.name);
      if (name === null) {
        this.#refuse(join(dir, printableName(entry.name)), 'Its name is not UTF-8. Rename it.');
        continue;
      }
      const path = dir === '' ? name : `${dir}/${name}`;
      await this.#visit(entry, path, name).catch((error: unknown) => this.#cannotRead(path, error));
    }
  }

  /** In byte order. More than a bundle may have are not even listed. */
  async #list(dir: string): Promise<readonly Dirent<Buffer>[]> {
    const found: Dirent<Buffer>[] = [];
    // The types know no buffers here, the function does.
    const options = { encoding: 'buffer', bufferSize: 1024 } as unknown as { readonly bufferSize: number };
    for await (const entry of await opendir(join(this.#root, dir), options)) {
      found.push(entry as unknown as Dirent<Buffer>);
      if (found.length > this.#limits.entriesMax) throw tooMany(this.#limits.entriesMax);
    }
    return found.toSorted((a, b) => Buffer.compare(a.name, b.name));
  }

  async #visit(entry: Dirent<Buffer>, path: string, name: string): Promise<void> {
    if (entry.isDirectory()) {
      if (name === '.git' || !this.#names.claim(path, 'directory')) return;
      this.directories.push(path);
      return this.#enter(path);
    }
    if (!entry.isFile() && !entry.isSymbolicLink()) return this.#refuse(path, refusalOf(entry));
    if (!this.#names.claim(path, 'other')) return;
    if (entry.isSymbolicLink()) return this.#keepLink(path);
    const { size, mode } = await lstat(join(this.#root, path));
    this.#bytes += size;
    if (this.#bytes > this.#limits.unpackedBytesMax) {
      const message = `With this file the bundle is larger than ${inMiB(this.#limits.unpackedBytesMax)}, holes of sparse files counted. Leave out what the rehearsal does not need.`;
      throw new BundleUnreadable({ file: path, message });
    }
    this.#files.push({ path, kind: (mode & 0o100) === 0 ? 'file' : 'executable', sizeBytes: size });
  }

  async #keepLink(path: string): Promise<void> {
    const bytes = await readlink(join(this.#root, path), 'buffer');
    const target = decodeName(bytes);
    if (target === null) return this.#refuse(path, 'The target of the link is not UTF-8.');
    if (bytes.length > targetBytesMax) {
      return this.#refuse(path, `The target of the link is longer than ${targetBytesMax} bytes.`);
    }
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.entries.push({ path, kind: 'link', sizeBytes: bytes.length, sha256, target });
  }

  #refuse(file: string, message: string): void {
    this.problems.push({ file, message });
  }
}

function refusalOf(entry: Dirent<Buffer>): string {
  if (entry.isFIFO()) return 'It is a fifo. Leave it out.';
  if (entry.isSocket()) return 'It is a socket. Leave it out.';
  return 'It is a device. Leave it out.';
}

async function readText(path: string, targets: ReadonlyMap<string, string>, walk: Walk): Promise<string | null> {
  const resolved = resolvePath(path, targets);
  if (resolved.leads !== 'inside') return null;
  // It is told already, and what else is wrong with the bundle is still to be found.
  return walk.unreadable.has(resolved.path) ? '' : decodeName(await walk.contentOf(resolved.path));
}
