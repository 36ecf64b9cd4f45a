import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { copyInto } from './root-tree.ts';

/** `name version` of these distribution packages and of all that they need, as far as the name fits `kept`. */
export async function installedPackages(names: readonly string[], kept: RegExp): Promise<readonly string[]> {
  const without = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
    (kind) => `--no-${kind}`,
  );
  const closure = await said('apt-cache', ['depends', '--recurse', '--installed', ...without, ...names]);
  const needed = new Set(closure.filter((line) => /^[a-z]/.test(line)).map((line) => line.replace(/:.*/, '')));
  const missing = names.filter((name) => !needed.has(name));
  // dpkg's own placeholders.
  const format = ['Package', 'Version', 'db:Status-Status'].map((field) => `\${${field}}`).join(' ');
  const listed = await said('dpkg-query', ['-W', '-f', `${format}\n`]);
  const there = listed.filter((line) => line.endsWith(' installed')).map((line) => line.replace(/ installed$/, ''));
  const lacking = [...missing, ...names.filter((name) => !there.some((line) => line.startsWith(`${name} `)))];
  if (lacking.length > 0) throw new Error(`this machine lacks packages: apt-get install ${lacking.join(' ')}`);
  return there.filter((line) => {
    const [name = ''] = line.split(' ');
    return needed.has(name) && kept.test(name);
  });
}

/** The files of an installed package at their own places; what only people read stays out, programs are laid apart. */
export async function copyPackage(root: string, name: string): Promise<void> {
  for (const path of await said('dpkg', ['-L', name])) {
    if (/^\/usr\/(share\/(doc|man|locale|info|lintian)|bin)\//.test(path) || !existsSync(path)) continue;
    if ((await lstat(path)).isDirectory()) continue;
    const place = path.replace(/^\/(sbin|lib|lib64)\//, '/usr/$1/');
    if (!existsSync(join(root, place))) await copyInto(root, await realpath(path), place);
  }
}

async function said(program: string, args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 1 << 26 });
  return stdout.split('\n').filter((line) => line !== '');
}
