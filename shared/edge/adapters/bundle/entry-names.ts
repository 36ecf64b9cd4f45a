import type { ProblemPlace } from '../../../domain/problem.ts';
import { type BundleLimits, nameBytesMax, pathBytesMax } from './limits.ts';
import { BundleUnreadable } from './unreadable.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The name as text, or null where its bytes are not UTF-8. */
export function decodeName(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** For messages only: bytes that are no UTF-8 become `\xNN`. */
export function printableName(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Every path of a bundle, so that two that some file system holds for one are seen. */
export class EntryNames {
  readonly #limits: BundleLimits;
  readonly #problems: ProblemPlace[];
  readonly #aboveRootMax: number;
  readonly #byFoldedPath = new Map<string, { readonly path: string; readonly isDirectory: boolean }>();

  /** `aboveRootMax`: so many directories may lie above the bundle's root, and are none of its own. */
  constructor(limits: BundleLimits, problems: ProblemPlace[], aboveRootMax = 0) {
    this.#limits = limits;
    this.#problems = problems;
    this.#aboveRootMax = aboveRootMax;
  }

  /** False where the name is refused, and a problem says why. Throws BundleUnreadable over the limits. */
  claim(path: string, kind: 'directory' | 'other'): boolean {
    this.#refuseLong(path);
    const slash = path.lastIndexOf('/');
    if (slash > 0 && !this.#claimDirectories(path, slash)) return false;
    return this.#claimOne(path, kind === 'directory', path);
  }

  /** From the nearest known one down: most files lie in a directory that an earlier one was in. */
  #claimDirectories(path: string, lastSlash: number): boolean {
    if (this.#knows(path.slice(0, lastSlash))) return true;
    for (let slash = path.indexOf('/'); slash > 0 && slash <= lastSlash; slash = path.indexOf('/', slash + 1)) {
      if (!this.#claimOne(path.slice(0, slash), true, path)) return false;
    }
    return true;
  }

  #knows(directory: string): boolean {
    const known = this.#byFoldedPath.get(folded(directory));
    return known?.isDirectory === true && known.path === directory;
  }

  #refuseLong(path: string): void {
    const parts = path.split('/');
    const { depthMax } = this.#limits;
    if (parts.length - 1 - this.#aboveRootMax > depthMax) {
      throw new BundleUnreadable({
        file: path,
        message: `It lies deeper than in ${depthMax} directories. Leave it out, or move it up.`,
      });
    }
    if (Buffer.byteLength(path) > pathBytesMax) {
      throw new BundleUnreadable({
        file: path,
        message: `Its path is longer than ${pathBytesMax} bytes. Leave it out, or move it up.`,
      });
    }
    if (parts.some((part) => Buffer.byteLength(part) > nameBytesMax)) {
      throw new BundleUnreadable({
        file: path,
        message: `A name in its path is longer than ${nameBytesMax} bytes. Shorten it.`,
      });
    }
  }

  #claimOne(path: string, isDirectory: boolean, blamed: string): boolean {
    const key = folded(path);
    const known = this.#byFoldedPath.get(key);
    if (known === undefined) {
      this.#byFoldedPath.set(key, { path, isDirectory });
      if (this.#byFoldedPath.size > this.#limits.entriesMax) throw tooMany(this.#limits.entriesMax);
      return true;
    }
    if (known.path === path && known.isDirectory && isDirectory) return true;
    this.#problems.push({ file: blamed, message: collision(path, known.path) });
    return false;
  }
}

export const tooMany = (entriesMax: number): BundleUnreadable =>
  new BundleUnreadable({
    message: `The bundle has more than ${entriesMax} entries. Leave out what the migration and the applications do not need.`,
  });

/** File systems that ignore case compare composed forms too (APFS), so `é` in two spellings is one name there. */
const folded = (path: string): string => path.normalize('NFC').toUpperCase().toLowerCase();

function collision(path: string, known: string): string {
  if (path === known) return `\`${path}\` is there twice, or is a file and a directory at once. Keep one of them.`;
  const differ =
    path.normalize('NFC') === known.normalize('NFC')
      ? `\`${path}\` is there in two Unicode spellings (composed and decomposed)`
      : `\`${path}\` and \`${known}\` differ only in case`;
  return `${differ}; on some machines they are one. Rename or remove one of them.`;
}
