import { resolvePath } from '../../../plan/resolve-path.ts';

/** What a bundle has, as far as a link of it may lead there. */
export interface LinkPlaces {
  /** Of every link, by its path. */
  readonly targets: ReadonlyMap<string, string>;
  readonly directories: readonly string[];
  readonly isFile: (path: string) => boolean;
}

/**
 * Why a manifest that is a link leads to nothing that could be read; null where it leads to a file, is none, or leads
 * out of the bundle, which is told of every link.
 */
export function whyLinkedNowhere(manifest: string, { targets, directories, isFile }: LinkPlaces): string | null {
  const target = targets.get(manifest);
  if (target === undefined) return null;
  const resolved = resolvePath(manifest, targets);
  switch (resolved.leads) {
    case 'outside':
      return null;
    case 'nowhere':
      return `It is a link ${target === manifest ? 'to' : 'that leads back to'} itself. ${putItThere}`;
    case 'inside': {
      if (isFile(resolved.path)) return null;
      const isDirectory = resolved.path === '.' || directories.includes(resolved.path);
      const where = isDirectory
        ? `the directory \`${resolved.path}\``
        : `\`${target}\`, which is no file of the bundle`;
      return `It is a link to ${where}. ${putItThere}`;
    }
  }
}

const putItThere = 'Put the manifest itself in its place, or link to one inside of the bundle.';
