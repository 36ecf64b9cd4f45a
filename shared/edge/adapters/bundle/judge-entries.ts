import type { ProblemPlace } from '../../../domain/problem.ts';
import { resolvePath } from '../../../plan/resolve-path.ts';
import { decodeName, EntryNames, printableName } from './entry-names.ts';
import { type BundleLimits, inMiB, targetBytesMax } from './limits.ts';
import type { TarEntry } from './read-tar.ts';
import { BundleUnreadable } from './unreadable.ts';

/** What is kept of an archive, with a path that stays inside. */
export type KeptEntry =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly sizeBytes: number; readonly executable: boolean }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  /** A second name of a file becomes a file of its own: the digest knows no hard links. */
  | { readonly kind: 'copy'; readonly path: string; readonly of: string };

/** Looks at the entries of one archive in order; `problems` says what is wrong with those that are not kept. */
export class EntryJudge {
  readonly problems: ProblemPlace[] = [];
  readonly #archiveBytes: number;
  readonly #limits: BundleLimits;
  readonly #names: EntryNames;
  readonly #fileBytes = new Map<string, number>();
  #unpackedBytes = 0;

  constructor(archiveBytes: number, limits: BundleLimits) {
    this.#archiveBytes = archiveBytes;
    this.#limits = limits;
    // Only when all is unpacked is known whether a single directory holds the bundle; its files are counted again then.
    this.#names = new EntryNames(limits, this.problems, 1);
  }

  /** Null where nothing of it is kept. Throws BundleUnreadable over the limits. */
  keep(entry: TarEntry): KeptEntry | null {
    const path = this.#pathOf(entry);
    if (path === null || isInGitDirectory(path, entry.kind)) return null;
    if (path === '.') {
      return entry.kind === 'directory' ? null : this.#refuse('.', 'The root of the bundle is not a directory.');
    }
    const refusal = refusalOf(entry);
    if (refusal !== null) return this.#refuse(path, refusal);
    if (!this.#names.claim(path, entry.kind === 'directory' ? 'directory' : 'other')) return null;
    switch (entry.kind) {
      case 'directory':
        return { kind: 'directory', path };
      case 'link':
        return this.#link(entry, path);
      case 'hard-link':
        return this.#hardLink(entry, path);
      default:
        this.#count(path, entry.sizeBytes);
        return { kind: 'file', path, sizeBytes: entry.sizeBytes, executable: (entry.mode & 0o100) !== 0 };
    }
  }

  #link({ target: bytes }: TarEntry, path: string): KeptEntry | null {
    const target = decodeName(bytes);
    if (target === null) return this.#refuse(path, 'The target of the link is not UTF-8.');
    if (target === '' || target.includes('\0')) return this.#refuse(path, 'The link has no target.');
    if (bytes.length > targetBytesMax) {
      return this.#refuse(path, `The target of the link is longer than ${targetBytesMax} bytes.`);
    }
    return { kind: 'link', path, target };
  }

  #hardLink({ target }: TarEntry, path: string): KeptEntry | null {
    const name = decodeName(target);
    const of = name === null || whyUnsafe(name) !== null ? null : cleanPath(name);
    const sizeBytes = of === null ? undefined : this.#fileBytes.get(of);
    if (of === null || sizeBytes === undefined) {
      const message =
        'It is a hard link to something that is no earlier file of the archive. Put a file of its own there, or pack with tar --hard-dereference.';
      return this.#refuse(path, message);
    }
    this.#count(path, sizeBytes);
    return { kind: 'copy', path, of };
  }

  /** By the size that the header tells, before a byte of it is written. */
  #count(path: string, sizeBytes: number): void {
    this.#fileBytes.set(path, sizeBytes);
    this.#unpackedBytes += sizeBytes;
    const { unpackedBytesMax, expansionMax } = this.#limits;
    if (this.#unpackedBytes > unpackedBytesMax) {
      throw new BundleUnreadable({
        file: path,
        message: `With this file the archive unpacks to more than ${inMiB(unpackedBytesMax)}. Leave out what the rehearsal does not need.`,
      });
    }
    if (this.#unpackedBytes > this.#archiveBytes * expansionMax) {
      throw new BundleUnreadable({
        file: path,
        message: `With this file the archive unpacks to more than ${expansionMax} times its own size. If that is right, hand the bundle in as a directory or as a .tar without compression.`,
      });
    }
  }

  #pathOf(entry: TarEntry): string | null {
    const name = decodeName(entry.path);
    if (name === null) return this.#refuse(printableName(entry.path), 'Its name is not UTF-8. Rename it.');
    const why = whyUnsafe(name);
    return why === null ? cleanPath(name) : this.#refuse(name, why);
  }

  #refuse(file: string, message: string): null {
    this.problems.push({ file, message });
    return null;
  }
}

function whyUnsafe(name: string): string | null {
  if (name === '') return 'An entry of the archive has no name.';
  if (name.includes('\0')) return 'Its name holds a NUL.';
  if (name.startsWith('/')) return 'Its path is absolute. Pack the directory with relative paths: tar -C DIRECTORY .';
  return name.split('/').includes('..')
    ? 'Its path has `..` in it. Pack the directory itself: tar -C DIRECTORY .'
    : null;
}

/** Without a leading `./`, doubled and trailing slashes. */
function cleanPath(name: string): string | null {
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
      return 'It is a device. Leave it out.';
    case 'fifo':
      return 'It is a fifo. Leave it out.';
    case 'sparse':
      return 'It is packed as a sparse file. Pack it as an ordinary one: tar without --sparse.';
    case 'other':
      return 'It is neither a file nor a directory nor a link. Leave it out.';
    default:
      return null;
  }
}
