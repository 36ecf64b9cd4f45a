import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const dist = join(import.meta.dirname, '..', '..', '..', 'services', 'web', 'dist');

/** The directory that the last build of the pages made; undefined where nobody built them. */
function builtDirectory(): string | undefined {
  const pointer = join(dist, 'current');
  if (!existsSync(pointer)) return undefined;
  const directory = join(dist, readFileSync(pointer, 'utf8').trim());
  return existsSync(directory) ? directory : undefined;
}

/** The report page without a report inside, for `render`; undefined: the static page has to do. */
export function reportShell(): string | undefined {
  const directory = builtDirectory();
  return directory === undefined ? undefined : readFileSync(join(directory, 'report.html'), 'utf8');
}

export interface ServicePages {
  readonly html: string;
  /** Name below /assets → content. */
  readonly assets: ReadonlyMap<string, Buffer>;
}

/** The service's pages, held in memory: a later build does not pull them from under a server that runs. */
export function servicePages(): ServicePages | undefined {
  const directory = builtDirectory();
  if (directory === undefined) return undefined;
  const assets = join(directory, 'assets');
  const names = existsSync(assets) ? readdirSync(assets) : [];
  return {
    html: readFileSync(join(directory, 'service.html'), 'utf8'),
    assets: new Map(names.map((name) => [name, readFileSync(join(assets, name))])),
  };
}
