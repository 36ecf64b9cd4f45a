import type { ProblemPlace } from '../../../domain/problem.ts';
import { type BundleLimits, pathBytesMax } from './limits.ts';
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
  readonly #byFoldedPath = new Map<string, { readonly path: string; readonly isDirectory: boolean }>();

  constructor(limits: BundleLimits, problems: ProblemPlace[]) {
    this.#limits = limits;
    this.#problems = problems;
  }

  /** False where the name is refused, and a problem says why. Throws BundleUnreadable over the limits. */
  claim(path: string, kind: 'directory' | 'other'): boolean {
    const parts = path.split('/');
    if (parts.length > this.#limits.depthMax) {
      throw new BundleUnreadable({ file: path, message: `It lies deeper than ${this.#limits.depthMax} directories.` });
    }
    if (Buffer.byteLength(path) > pathBytesMax) {
      throw new BundleUnreadable({ file: path, message: `Its path is longer than ${pathBytesMax} bytes.` });
    }
    for (let length = 1; length < parts.length; length += 1) {
      if (!this.#claimOne(parts.slice(0, length).join('/'), true, path)) return false;
    }
    return this.#claimOne(path, kind === 'directory', path);
  }

  #claimOne(path: string, isDirectory: boolean, blamed: string): boolean {
    // File systems that ignore case compare composed forms too (APFS), so `é` in two spellings is one name there.
    const folded = path.normalize('NFC').toLowerCase();
    const known = this.#byFoldedPath.get(folded);
    if (known === undefined) {
      this.#byFoldedPath.set(folded, { path, isDirectory });
      if (this.#byFoldedPath.size > this.#limits.entriesMax) {
        throw new BundleUnreadable({ message: `The bundle has more than ${this.#limits.entriesMax} entries.` });
      }
      return true;
    }
    if (known.path === path && known.isDirectory && isDirectory) return true;
    this.#problems.push({ file: blamed, message: collision(path, known.path) });
    return false;
  }
}

function collision(path: string, known: string): string {
  if (path === known) return `\`${path}\` is there twice, or is a file and a directory at once.`;
  return `\`${path}\` and \`${known}\` differ only in case; on some machines they are one.`;
}
