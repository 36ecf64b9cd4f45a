import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';

export type FoundProgram =
  | { readonly found: true; readonly path: string }
  /** As a shell says it: 127 not found, 126 not executable. */
  | { readonly found: false; readonly exitCode: 126 | 127; readonly why: string };

/**
 * CONTRACT 1.3: without a slash looked up in PATH; relative with a slash: inside `dir`; absolute: a program of this
 * machine.
 */
export async function findProgram(name: string, dir: string, path: string): Promise<FoundProgram> {
  if (name.includes('/')) return look(resolve(dir, name), name);
  for (const place of path.split(delimiter).filter((part) => part !== '')) {
    const found = await look(join(resolve(dir, place), name), name);
    if (found.found) return found;
  }
  return { found: false, exitCode: 127, why: `${name}: not found in PATH (${path})` };
}

async function look(path: string, name: string): Promise<FoundProgram> {
  const isFile = await stat(path).then(
    (stats) => stats.isFile(),
    () => undefined,
  );
  if (isFile === undefined) return { found: false, exitCode: 127, why: `${name}: not found` };
  const isExecutable =
    isFile &&
    (await access(path, constants.X_OK).then(
      () => true,
      () => false,
    ));
  return isExecutable ? { found: true, path } : { found: false, exitCode: 126, why: `${name}: not an executable file` };
}
