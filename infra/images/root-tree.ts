import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, constants, cp, mkdir, readdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** What a container of any kind expects to find: a shell, the usual small programs, users, time zones, one locale. */
export async function layMinimalRoot(root: string): Promise<void> {
  for (const directory of ['bin', 'sbin', 'lib', 'lib64']) {
    await mkdir(join(root, 'usr', directory), { recursive: true });
    await symlink(`usr/${directory}`, join(root, directory));
  }
  for (const directory of ['dev', 'proc', 'sys', 'run', 'tmp', 'root', 'etc', 'var/tmp', 'usr/local/bin']) {
    await mkdir(join(root, directory), { recursive: true });
  }
  for (const directory of ['tmp', 'var/tmp']) await chmod(join(root, directory), 0o1777);
  await writeUsers(root);
  for (const file of ['/usr/share/zoneinfo', '/usr/lib/locale/C.utf8', '/etc/ssl/certs/ca-certificates.crt']) {
    if (existsSync(file)) await copyInto(root, await realpath(file), file);
  }
  await layPrograms(root, ['sh']);
  await layPrograms(
    root,
    commonPrograms.filter((name) => findProgram(name) !== undefined),
  );
}

/** Programs of this machine with the libraries that they load. */
export async function layPrograms(root: string, programs: readonly string[]): Promise<void> {
  for (const program of programs) {
    const found = findProgram(program);
    if (found === undefined) throw new Error(`this machine has no ${program}: apt-get install ${program}`);
    await copyInto(root, await realpath(found), `/usr/bin/${program}`);
  }
  await addLibraries(root, [join(root, 'usr', 'bin')]);
}

/** Adds the shared libraries that the programs and modules below these directories load and the root does not hold. */
export async function addLibraries(root: string, directories: readonly string[]): Promise<void> {
  const files = (await Promise.all(directories.map(filesBelow))).flat();
  const elves: string[] = [];
  for (const file of files) if (await isElf(file)) elves.push(file);
  if (elves.length === 0) return;
  // ldd exits 1 where one of the files is static, and still lists the others.
  const listed = await promisify(execFile)('ldd', elves, { maxBuffer: 1 << 26 }).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
  );
  const wanted = new Set(
    [...listed.stdout.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)]
      .map(([, path]) => path ?? '')
      .filter((path) => path !== ''),
  );
  for (const library of wanted) {
    if (library.startsWith(root) || !/^\/(usr\/)?lib/.test(library)) continue;
    const place = library.replace(/^\/(?:usr\/)?/, '/usr/');
    if (!existsSync(join(root, place))) await copyInto(root, await realpath(library), place);
  }
}

/** A file or directory of this machine, at `place` of the root. */
export async function copyInto(root: string, source: string, place: string): Promise<void> {
  const target = join(root, place);
  await mkdir(dirname(target), { recursive: true });
  await cp(source, target, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
}

export function findProgram(name: string): string | undefined {
  return ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin']
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));
}

const commonPrograms = (
  'bash env cat cp mv rm ls ln mkdir rmdir chmod chown touch stat sleep echo printf test true false head tail ' +
  'tee wc sort uniq cut tr seq date id whoami uname pwd mktemp readlink realpath basename dirname dd df du timeout ' +
  'yes nproc grep sed awk find xargs kill ps setsid nohup tar gzip md5sum sha256sum expr od'
).split(' ');

async function writeUsers(root: string): Promise<void> {
  const users = ['root:0', 'postgres:999', 'node:1000', 'nobody:65534'].map(
    (pair) => pair.split(':') as [string, string],
  );
  const home = (name: string) => (name === 'root' ? '/root' : name === 'postgres' ? '/var/lib/postgresql' : '/tmp');
  const passwd = users.map(([name, id]) => `${name}:x:${id}:${id}:${name}:${home(name)}:/bin/sh\n`);
  await writeFile(join(root, 'etc/passwd'), passwd.join(''));
  await writeFile(join(root, 'etc/group'), users.map(([name, id]) => `${name}:x:${id}:\n`).join(''));
  await writeFile(join(root, 'etc/nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n');
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function isElf(file: string): Promise<boolean> {
  const mayBe = /\.(so|node)(\.[\d.]+)?$/.test(basename(file)) || !basename(file).includes('.');
  return mayBe && (await readFile(file)).subarray(0, 4).toString('latin1') === '\u007fELF';
}
