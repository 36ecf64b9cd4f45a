import type { Manifest } from '../domain/bundle.ts';
import type { HotpatchFound, HotpatchLook } from '../domain/hotpatch.ts';
import { observed, unobserved } from '../domain/observed.ts';
import type { BundleFiles } from './bundle-files.ts';
import { resolvePath } from './resolve-path.ts';

/** Hot patches whose path is relative lie in next's directory, and so in the bundle (CONTRACT 1); all in its order. */
export function lookForHotpatches(
  { hotpatches, apps }: Pick<Manifest, 'hotpatches' | 'apps'>,
  files: BundleFiles,
): readonly HotpatchLook[] {
  return hotpatches.map(({ path }) => {
    if (apps === 'none')
      return { path, place: path, found: unobserved('the bundle has no next version: apps is none') };
    if (path.startsWith('/')) return { path, place: path, found: unobserved('nobody looked into an image') };
    const asked = `${apps.next.dir}/${path}`;
    return { path, place: asWritten(asked), found: observed(foundAt(asked, files)) };
  });
}

/** The shortest way to write it, whatever links are on the way. */
function asWritten(path: string): string {
  const resolved = resolvePath(path, new Map());
  return resolved.leads === 'inside' ? resolved.path : path;
}

/** Links are followed from where they lie, as a process that opens the file would. */
function foundAt(path: string, { entries, directories }: BundleFiles): HotpatchFound {
  const targets = new Map(entries.flatMap((entry) => (entry.target === undefined ? [] : [[entry.path, entry.target]])));
  const resolved = resolvePath(path, targets);
  if (resolved.leads !== 'inside') return { kind: 'way out' };
  const file = entries.find((entry) => entry.path === resolved.path);
  if (file !== undefined) return { kind: 'file', sha256: file.sha256 };
  return { kind: resolved.path === '.' || directories.includes(resolved.path) ? 'directory' : 'nothing' };
}
