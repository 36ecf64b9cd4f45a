/** Where a path of the bundle leads when every link on the way is followed. */
export type Resolved =
  | { readonly leads: 'inside'; readonly path: string }
  | { readonly leads: 'outside' }
  /** Links that lead back to themselves. */
  | { readonly leads: 'nowhere' };

/** As many as Linux follows (path_resolution(7)). */
const linksMax = 40;

/**
 * Resolves a `/`-separated path from the bundle's root as a kernel would: a `..` after a link leaves the link's target,
 * so
 * comparing the text of paths is not enough. `targets` has the target of every link by its path. The root itself is
 * `.`.
 */
export function resolvePath(path: string, targets: ReadonlyMap<string, string>): Resolved {
  const ahead = path.split('/').reverse();
  const here: string[] = [];
  let followed = 0;
  for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (here.pop() === undefined) return { leads: 'outside' };
      continue;
    }
    const target = targets.get([...here, part].join('/'));
    if (target === undefined) {
      here.push(part);
      continue;
    }
    if (target.startsWith('/')) return { leads: 'outside' };
    followed += 1;
    if (followed > linksMax) return { leads: 'nowhere' };
    ahead.push(...target.split('/').reverse());
  }
  return { leads: 'inside', path: here.length === 0 ? '.' : here.join('/') };
}
