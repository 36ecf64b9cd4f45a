import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { completeBundle } from '../../infra/setup/complete-bundle.mjs';
import { checkout } from './cli.ts';

/** A directory that leaves with its scope. */
export interface Directory extends AsyncDisposable {
  readonly dir: string;
}

export async function temporaryDirectory(): Promise<Directory> {
  const dir = await mkdtemp(join(tmpdir(), 'rehearsal-test-'));
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

/** A bundle of this checkout as a team would hand it in: with the modules that its package.json names. */
export async function completedBundle(path: string): Promise<Directory> {
  const directory = await temporaryDirectory();
  await completeBundle(resolve(checkout, path), directory.dir);
  return directory;
}

/** Files by path; `{ linkTo }` makes a symbolic link. A package.json among them brings its modules along. */
export type BundleFiles = Readonly<Record<string, string | { readonly linkTo: string }>>;

export async function writtenBundle(files: BundleFiles): Promise<Directory> {
  await using written = await temporaryDirectory();
  for (const [path, content] of Object.entries(files)) {
    const target = join(written.dir, path);
    await mkdir(dirname(target), { recursive: true });
    if (typeof content === 'string') await writeFile(target, content);
    else await symlink(content.linkTo, target);
  }
  const completed = await temporaryDirectory();
  await completeBundle(written.dir, completed.dir);
  return completed;
}
