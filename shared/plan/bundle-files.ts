import type { BundleFile } from '../domain/bundle.ts';

/** The files of one bundle, already hashed and known to be safe: what reading a bundle needs of the world. */
export interface BundleFiles {
  /** Files and links in byte order of their paths; `.git/` is left out. */
  readonly entries: readonly BundleEntry[];
  /** Every directory besides the root, empty ones too. */
  readonly directories: readonly string[];
  /** The content of a file, through links inside the bundle; null where it is no UTF-8 text. */
  readText(path: string): Promise<string | null>;
}

export interface BundleEntry extends BundleFile {
  /** Of the content, for a link of its target's text; 64 hex digits. */
  readonly sha256: string;
  /** For links: the target's text. */
  readonly target?: string;
}

/** Byte order of UTF-8, the one order of paths that does not depend on a locale. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
