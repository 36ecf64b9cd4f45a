import { constants } from 'node:fs';
import { access, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Artifacts } from '../../ports/artifacts.ts';
import { unreachableArtifacts } from './unreachable-artifacts.ts';

/** Files below a directory that every machine of the service has mounted at the same path. */
export function artifactsInDirectory(directory: string, place: string): Artifacts {
  const told = <T>(work: Promise<T>): Promise<T> =>
    work.catch((cause: unknown) => {
      const remedy = `Mount ${directory} wherever API and workers run, with room left and writable by their user.`;
      throw unreachableArtifacts(place, cause, remedy);
    });
  return {
    place,
    put: (name, path) => told(put(join(directory, name), path)),
    fetch: (name, path) => told(fetchTo(join(directory, name), path)),
    remove: (name) => told(rm(join(directory, name), { force: true })),
  };
}

/** Nobody meets half of it, and a second one that puts the same at the same time does no harm. */
async function put(target: string, path: string): Promise<void> {
  const partial = `${target}.${process.pid}.${crypto.randomUUID()}`;
  await mkdir(dirname(target), { recursive: true });
  try {
    await copyFile(path, partial, constants.COPYFILE_FICLONE);
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
}

async function fetchTo(source: string, path: string): Promise<boolean> {
  try {
    await copyFile(source, path, constants.COPYFILE_FICLONE);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // Where not even its directory is, nothing is gone: it is not mounted here.
    await access(dirname(source));
    return false;
  }
}
