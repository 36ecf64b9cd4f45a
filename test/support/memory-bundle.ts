import { createHash } from 'node:crypto';
import { type BundleEntry, type BundleFiles, byBytes } from '../../shared/plan/bundle-files.ts';
import { resolvePath } from '../../shared/plan/resolve-path.ts';

/** Files of a bundle that exist in memory only: path → text, or a link. */
export function memoryBundle(content: Readonly<Record<string, string | { readonly link: string }>>): BundleFiles {
  const entries: BundleEntry[] = Object.entries(content).map(([path, value]) => {
    const text = typeof value === 'string' ? value : value.link;
    const sha256 = createHash('sha256').update(text).digest('hex');
    const base = { path, sizeBytes: Buffer.byteLength(text), sha256 };
    return typeof value === 'string' ? { ...base, kind: 'file' } : { ...base, kind: 'link', target: value.link };
  });
  const directories = new Set(
    Object.keys(content).flatMap((path) => {
      const parts = path.split('/');
      return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
    }),
  );
  const targets = new Map(entries.flatMap(({ path, target }) => (target === undefined ? [] : [[path, target]])));
  return {
    entries: entries.toSorted((a, b) => byBytes(a.path, b.path)),
    directories: [...directories],
    readText: async (path) => {
      const resolved = resolvePath(path, targets);
      const value = resolved.leads === 'inside' ? content[resolved.path] : undefined;
      return typeof value === 'string' ? value : null;
    },
  };
}
