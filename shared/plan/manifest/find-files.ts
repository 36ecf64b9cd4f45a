import { byBytes } from '../bundle-files.ts';
import { resolvePath } from '../resolve-path.ts';
import { hasWildcard, nameMatcher } from './match-name.ts';

/** What lies where in a bundle. */
export interface BundleTree {
  readonly files: ReadonlySet<string>;
  /** `.` is the root. */
  readonly directories: ReadonlySet<string>;
  /** The target of every link by its path. */
  readonly targets: ReadonlyMap<string, string>;
  /** What a directory holds, links too, by its own path. */
  readonly names: ReadonlyMap<string, readonly string[]>;
}

/** Own path → path by which the pattern comes to it, which differs where a link to a directory is on the way. */
type Found = Map<string, string>;

/**
 * Files, and links to files, that a pattern of `* ? [] **` names, in byte order (CONTRACT 1.5). Links to directories
 * are followed like directories, but a file counts once for a pattern, by its own path where the pattern comes to it
 * there. So every directory is entered once for each part of the pattern, however its links lead around.
 */
export function findFiles(pattern: string, tree: BundleTree): readonly string[] {
  const parts = pattern.split('/');
  const last = parts.pop() ?? '';
  let here: Found = new Map([['.', '.']]);
  for (const part of last === '**' ? [...parts, last] : parts) {
    here = part === '**' ? everyBelow(here, tree) : inside(here, part, tree, tree.directories);
  }
  return [...inside(here, last === '**' ? '*' : last, tree, tree.files).values()].toSorted(byBytes);
}

/** What the directories `here` hold by names like `part`, and leads to one of `wanted`. */
function inside(here: Found, part: string, tree: BundleTree, wanted: ReadonlySet<string>): Found {
  const found: Found = new Map();
  const matches = nameMatcher(part);
  for (const [own, path] of here) {
    const names = hasWildcard(part) ? (tree.names.get(own) ?? []).filter(matches) : [part];
    for (const name of names) {
      const at = { own: joined(own, name), path: joined(path, name) };
      const end = endOf(at, tree);
      // Two names of one file are two files, two ways to one directory are one.
      if (end !== undefined && wanted.has(end)) add(found, wanted === tree.files ? at.own : end, at.path);
    }
  }
  return found;
}

/** The directories themselves and all that lie in them, as a shell's `**`: none whose name begins with a dot. */
function everyBelow(here: Found, tree: BundleTree): Found {
  const found: Found = new Map();
  const ahead = [...here].filter(([own, path]) => add(found, own, path));
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const [own, path] = next;
    for (const name of tree.names.get(own) ?? []) {
      const at = { own: joined(own, name), path: joined(path, name) };
      const end = name.startsWith('.') ? undefined : endOf(at, tree);
      // A link to what it lies in would only show the same once more.
      if (end === undefined || !tree.directories.has(end) || holds(end, own)) continue;
      if (add(found, end, at.path)) ahead.push([end, at.path]);
    }
  }
  return found;
}

/** Whether it is news: nothing of it was known, or not by its own path. */
function add(found: Found, own: string, path: string): boolean {
  const known = found.get(own);
  if (known !== undefined && (known === own || path !== own)) return false;
  found.set(own, path);
  return true;
}

/** Longer paths than a kernel takes are none (PATH_MAX, with room for where the bundle lies). */
const pathCharsMax = 2048;

/** Where a path leads; undefined where it leads nowhere. */
function endOf({ own, path }: { readonly own: string; readonly path: string }, tree: BundleTree): string | undefined {
  if (!tree.targets.has(own)) return own;
  // By the path as it is: a kernel counts every link on the way.
  const resolved = path.length > pathCharsMax ? undefined : resolvePath(path, tree.targets);
  return resolved?.leads === 'inside' ? resolved.path : undefined;
}

const joined = (directory: string, name: string): string => (directory === '.' ? name : `${directory}/${name}`);

const holds = (directory: string, path: string): boolean =>
  directory === '.' || path === directory || path.startsWith(`${directory}/`);
