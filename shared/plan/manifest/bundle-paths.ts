import { type BundleFiles, byBytes } from '../bundle-files.ts';
import { resolvePath } from '../resolve-path.ts';
import { type BundleTree, findFiles } from './find-files.ts';
import { text, wrong } from './scalars.ts';
import type { Read, Spot } from './spot.ts';

/** What paths of a manifest are checked against. */
export class BundlePaths {
  readonly #targets: ReadonlyMap<string, string>;
  readonly #files: ReadonlySet<string>;
  readonly #directories: ReadonlySet<string>;
  readonly #tree: BundleTree;

  constructor(files: BundleFiles) {
    this.#targets = new Map(
      files.entries.flatMap(({ path, target }) => (target === undefined ? [] : [[path, target] as const])),
    );
    this.#files = new Set(files.entries.filter(({ kind }) => kind !== 'link').map(({ path }) => path));
    this.#directories = new Set(['.', ...files.directories]);
    this.#tree = {
      ...{ files: this.#files, directories: this.#directories, targets: this.#targets },
      names: namesIn([...files.entries.map(({ path }) => path), ...files.directories]),
    };
  }

  /** A directory of the bundle, as `.` or `a/b`. */
  readonly directory: Read<string> = (spot) => {
    const path = this.#relative(spot);
    if (path === null) return '.';
    return this.#leadsTo(path, this.#directories)
      ? path
      : wrong(spot, `\`${path}\` is no directory of the bundle`, '.');
  };

  /** Files and directories of a list, by their own paths; what lies in another of them is not named again. */
  readonly writable: Read<readonly string[]> = (spot) => {
    if (spot.node.kind !== 'list') return wrong(spot, 'must be a list of files and directories of the bundle', []);
    const paths = spot.node.items.map((node, index) => this.#existing(spot.at(node, `[${index}]`, node.line)));
    const distinct = [...new Set(paths)];
    const isInside = (path: string, dir: string): boolean => dir === '.' || path.startsWith(`${dir}/`);
    return distinct.filter((path) => !distinct.some((other) => other !== path && isInside(path, other)));
  };

  /** The files of a list of patterns: in list order, those of one pattern in byte order (CONTRACT 1.5). */
  readonly sqlFiles: Read<readonly string[]> = (spot) => {
    if (spot.node.kind !== 'list' || spot.node.items.length === 0) {
      return wrong(spot, 'must be a list of file patterns', []);
    }
    const named = new Map<string, { readonly file: string; readonly pattern: string }>();
    for (const [index, node] of spot.node.items.entries()) {
      this.#addMatches(spot.at(node, `[${index}]`, node.line), named);
    }
    return [...named.values()].map(({ file }) => file);
  };

  /** Where links lead, for the digest of a directory: its own path inside the bundle. */
  real(path: string): string {
    const resolved = resolvePath(path, this.#targets);
    return resolved.leads === 'inside' ? resolved.path : path;
  }

  /** A file, or a link to one, by where it lies: links to directories on the way to it are followed. */
  ownPath(file: string): string {
    const slash = file.lastIndexOf('/');
    const directory = slash < 0 ? '.' : this.real(file.slice(0, slash));
    return directory === '.' ? file.slice(slash + 1) : `${directory}${file.slice(slash)}`;
  }

  #existing(spot: Spot): string {
    const path = this.#relative(spot);
    if (path === null) return '.';
    if (this.#leadsTo(path, this.#directories) || this.#leadsTo(path, this.#files)) return this.real(path);
    return wrong(
      spot,
      `\`${path}\` is no file or directory of the bundle; an empty directory needs a file to be packed`,
      '.',
    );
  }

  #addMatches(spot: Spot, named: Map<string, { readonly file: string; readonly pattern: string }>): void {
    const pattern = this.#relative(spot);
    if (pattern === null) return;
    const matches = this.#matching(pattern);
    if (matches.length === 0) spot.problem(`\`${pattern}\` matches no file of the bundle.`);
    for (const file of matches) {
      const own = this.ownPath(file);
      const earlier = named.get(own);
      if (earlier === undefined) named.set(own, { file, pattern });
      else spot.problem(`\`${file}\` is named twice: by \`${earlier.pattern}\` and by \`${pattern}\`.`);
    }
  }

  /** A file that has exactly that name is meant too, whatever is in it. */
  #matching(pattern: string): readonly string[] {
    const matches = pattern.length > patternCharsMax ? [] : findFiles(pattern, this.#tree);
    const isName = !matches.includes(pattern) && this.#leadsTo(pattern, this.#files);
    return isName ? [...matches, pattern].toSorted(byBytes) : matches;
  }

  #relative(spot: Spot): string | null {
    const path = text(spot);
    if (path === '') return null;
    if (path.startsWith('/')) return wrong(spot, 'must be relative to the bundle', null);
    if (path.split('/').includes('..')) return wrong(spot, 'must not have `..` in it', null);
    const resolved = resolvePath(path, new Map());
    return resolved.leads === 'inside' ? resolved.path : null;
  }

  #leadsTo(path: string, known: ReadonlySet<string>): boolean {
    const resolved = resolvePath(path, this.#targets);
    return resolved.leads === 'inside' && known.has(resolved.path);
  }
}

/** No path is that long, and what a pattern asks for grows with it. */
const patternCharsMax = 2048;

/** What lies in each directory, in byte order. */
function namesIn(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const path of paths.toSorted(byBytes)) {
    const slash = path.lastIndexOf('/');
    const directory = slash < 0 ? '.' : path.slice(0, slash);
    const known = names.get(directory);
    if (known === undefined) names.set(directory, [path.slice(slash + 1)]);
    else known.push(path.slice(slash + 1));
  }
  return names;
}
