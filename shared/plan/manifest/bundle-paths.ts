import picomatch from 'picomatch';
import type { BundleFiles } from '../bundle-files.ts';
import { resolvePath } from '../resolve-path.ts';
import { text, wrong } from './scalars.ts';
import type { Read, Spot } from './spot.ts';

/** What paths of a manifest are checked against. */
export class BundlePaths {
  readonly #targets: ReadonlyMap<string, string>;
  readonly #files: ReadonlySet<string>;
  readonly #directories: ReadonlySet<string>;
  /** Files and links to files, in byte order. */
  readonly #readable: readonly string[];

  constructor(files: BundleFiles) {
    this.#targets = new Map(
      files.entries.flatMap(({ path, target }) => (target === undefined ? [] : [[path, target] as const])),
    );
    this.#files = new Set(files.entries.filter(({ kind }) => kind !== 'link').map(({ path }) => path));
    this.#directories = new Set(['.', ...files.directories]);
    this.#readable = files.entries.map(({ path }) => path).filter((path) => this.#leadsTo(path, this.#files));
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
    const patternOf = new Map<string, string>();
    for (const [index, node] of spot.node.items.entries()) {
      this.#addMatches(spot.at(node, `[${index}]`, node.line), patternOf);
    }
    return [...patternOf.keys()];
  };

  /** Where links lead, for the digest of a directory: its own path inside the bundle. */
  real(path: string): string {
    const resolved = resolvePath(path, this.#targets);
    return resolved.leads === 'inside' ? resolved.path : path;
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

  #addMatches(spot: Spot, patternOf: Map<string, string>): void {
    const pattern = this.#relative(spot);
    if (pattern === null) return;
    const matches = this.#readable.filter(matcher(pattern));
    if (matches.length === 0) spot.problem(`\`${pattern}\` matches no file of the bundle.`);
    for (const file of matches) {
      const earlier = patternOf.get(file);
      if (earlier === undefined) patternOf.set(file, pattern);
      else spot.problem(`\`${file}\` is named twice: by \`${earlier}\` and by \`${pattern}\`.`);
    }
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

/** `* ? [] **` and nothing else; a file of exactly that name matches too. */
function matcher(pattern: string): (path: string) => boolean {
  const literal = pattern.replace(/[\\(){}|+@!^$]|\[[^\]]+\]/g, (found) => (found.length > 1 ? found : `\\${found}`));
  const matches = picomatch(literal, { nobrace: true, noextglob: true, nonegate: true, strictSlashes: true });
  return (path) => path === pattern || matches(path);
}
