import { createHash } from 'node:crypto';
import type { BundleFile } from '../domain/bundle.ts';
import { type Digest, parseDigest } from '../domain/ids.ts';
import { type BundleEntry, byBytes } from './bundle-files.ts';

const letter: Readonly<Record<BundleFile['kind'], string>> = { file: 'f', executable: 'x', link: 'l' };

/** The digest of CONTRACT 1.2 over what lies below `dir` (`.`: everything), with paths relative to it. */
export function bundleDigest(entries: readonly BundleEntry[], dir = '.'): Digest {
  const hash = createHash('sha256');
  const prefix = dir === '.' ? '' : `${dir}/`;
  const below = entries.filter((entry) => entry.path.startsWith(prefix)).toSorted((a, b) => byBytes(a.path, b.path));
  for (const { path, kind, sizeBytes, sha256 } of below) {
    hash.update(`${path.slice(prefix.length)}\0${letter[kind]}\0${sizeBytes}\0${sha256}\n`);
  }
  return parseDigest(`sha256:${hash.digest('hex')}`);
}
