import { execFileSync } from 'node:child_process';
import { access, chmod, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { bundleLimits } from '../../../../../shared/edge/adapters/bundle/limits.ts';
import { loadBundle } from '../../../../../shared/edge/adapters/bundle/load-bundle.ts';
import { readDirectory } from '../../../../../shared/edge/adapters/bundle/read-directory.ts';
import { temporaryDirectory } from '../../../../support/temporary-directory.ts';
import { manifest, notUtf8, refusalOf } from './refusal-of.ts';

describe('a directory', () => {
  test.each([
    ['a fifo', (dir: string) => execFileSync('mkfifo', [join(dir, 'odd')]), /fifo/],
    ['a link out of it', (dir: string) => symlink('../other', join(dir, 'odd')), /leads out/],
    [
      'a name that is not UTF-8',
      (dir: string) => writeFile(Buffer.concat([Buffer.from(`${dir}/`), notUtf8]), ''),
      /not UTF-8/,
    ],
    [
      'names that differ in case',
      (dir: string) => execFileSync('touch', [join(dir, 'a'), join(dir, 'A')]),
      /differ only in case/,
    ],
  ])('with %s is refused', async (_, make, message) => {
    await using temporary = await temporaryDirectory();
    await writeFile(join(temporary.path, 'rehearsal.yaml'), manifest);
    await make(temporary.path);
    const problems = await refusalOf(() => loadBundle(temporary.path, temporary.path));
    expect(problems).toEqual([expect.objectContaining({ message: expect.stringMatching(message) })]);
  });

  test('of many empty files keeps nothing of them in memory', async () => {
    await using temporary = await temporaryDirectory();
    for (let n = 0; n < 2000; n += 1) await writeFile(join(temporary.path, `file-${n}`), '');
    const before = await heldBytes();
    const reading = await readDirectory(temporary.path, bundleLimits);
    expect(((await heldBytes()) - before) / 1024 ** 2).toBeLessThan(16);
    expect(reading.files.entries).toHaveLength(2000);
  });

  test('with a socket is refused', async () => {
    await using temporary = await temporaryDirectory();
    await writeFile(join(temporary.path, 'rehearsal.yaml'), manifest);
    const server = createServer().listen(join(temporary.path, 'odd'));
    await new Promise((resolve) => server.once('listening', resolve));
    const problems = await refusalOf(() => loadBundle(temporary.path, temporary.path));
    await new Promise((resolve) => server.close(resolve));
    expect(problems).toEqual([{ file: 'odd', message: expect.stringMatching(/socket/) }]);
  });

  test('that is too large is refused before it is read to its end', async () => {
    await using temporary = await temporaryDirectory();
    await writeFile(join(temporary.path, 'huge'), '');
    await truncate(join(temporary.path, 'huge'), 2 * 1024 ** 4);
    const problems = await refusalOf(() => loadBundle(temporary.path, temporary.path));
    expect(problems).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/larger than .*1073741824 bytes/) }),
    ]);
  });

  test('keeps links inside of it, dangling ones too', async () => {
    await using temporary = await temporaryDirectory();
    await mkdir(join(temporary.path, 'a'));
    await symlink('../rehearsal.yaml', join(temporary.path, 'a/up'));
    await symlink('gone', join(temporary.path, 'dangling'));
    await writeFile(join(temporary.path, 'rehearsal.yaml'), manifest);
    const { bundle } = await loadBundle(temporary.path, temporary.path);
    expect(bundle.files.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      'link a/up',
      'link dangling',
      'file rehearsal.yaml',
    ]);
  });

  test('that is not there is a problem of the bundle', async () => {
    await using temporary = await temporaryDirectory();
    const missing = join(temporary.path, 'missing');
    await expect(access(missing)).rejects.toThrow();
    expect(await refusalOf(() => loadBundle(missing, temporary.path))).toEqual([
      expect.objectContaining({ file: missing, message: expect.stringMatching(/no readable.*Name the directory/) }),
    ]);
    const below = join(temporary.path, 'rehearsal.yaml', 'x');
    await writeFile(join(temporary.path, 'rehearsal.yaml'), manifest);
    expect(await refusalOf(() => loadBundle(below, temporary.path))).toEqual([
      expect.objectContaining({ file: below, message: expect.stringMatching(/no readable/) }),
    ]);
  });

  test('is read as one whatever it is called', async () => {
    await using temporary = await temporaryDirectory();
    const path = join(temporary.path, 'bundle.tar.gz');
    await mkdir(path);
    expect(await refusalOf(() => loadBundle(path, temporary.path))).toEqual([
      { file: 'rehearsal.yaml', message: expect.stringMatching(/no rehearsal.yaml at the root/) },
    ]);
  });
});

describe('a manifest that is a link is refused where it', () => {
  const linked: readonly (readonly [string, (path: string) => unknown, RegExp])[] = [
    [
      'leads to nothing',
      (path) => symlink('missing.yaml', path),
      /^It is a link to `missing.yaml`, which is no file of/,
    ],
    [
      'leads below a file',
      (path) => symlink('seed.sql/x', path),
      /^It is a link to `seed.sql\/x`, which is no file of/,
    ],
    ['leads into .git', (path) => symlink('.git/x', path), /^It is a link to `.git\/x`, which is no file of/],
    ['leads to a directory', (path) => symlink('migrations', path), /^It is a link to the directory `migrations`/],
    ['leads to the root', (path) => symlink('.', path), /^It is a link to the directory `.`/],
    ['leads to itself', (path) => symlink('rehearsal.yaml', path), /^It is a link to itself/],
    ['leads back to itself', ledAround, /^It is a link that leads back to itself/],
    ['leads out of the bundle', (path) => symlink('../rehearsal.yaml', path), /leads out of the bundle/],
  ];
  test.for(linked)('%s', async ([, make, message]) => {
    await using temporary = await temporaryDirectory();
    await mkdir(join(temporary.path, 'migrations'));
    await mkdir(join(temporary.path, '.git'));
    await writeFile(join(temporary.path, '.git/x'), manifest);
    await writeFile(join(temporary.path, 'seed.sql'), '');
    await make(join(temporary.path, 'rehearsal.yaml'));
    const problems = await refusalOf(() => loadBundle(temporary.path, temporary.path));
    expect(problems).toEqual([{ file: 'rehearsal.yaml', message: expect.stringMatching(message) }]);
  });
});

describe('what may not be read is a problem of the bundle', () => {
  const denied = /permission denied.*chmod -R a\+rX/;
  const misspelt = manifest.replace('service', 'servise').replace('command: [d]', 'sql: ["*.sql"]');

  test('a manifest, and nothing is said of what it may hold', async () => {
    await using temporary = await openDirectory({ 'rehearsal.yaml': misspelt });
    await chmod(join(temporary.path, 'rehearsal.yaml'), 0);
    const problems = await refusalOf(() => unprivileged(() => loadBundle(temporary.path, temporary.path)));
    expect(problems).toEqual([{ file: 'rehearsal.yaml', message: expect.stringMatching(denied) }]);
  });

  test('a migration, a directory and what lies in one that is closed, with all that the manifest has wrong', async () => {
    const files = { 'rehearsal.yaml': misspelt, 'up.sql': '', 'data/a': '', 'closed/b': '' };
    await using temporary = await openDirectory(files);
    for (const [path, mode] of Object.entries({ 'up.sql': 0, data: 0, closed: 0o444 })) {
      await chmod(join(temporary.path, path), mode);
    }
    const problems = await refusalOf(() => unprivileged(() => loadBundle(temporary.path, temporary.path)));
    expect(problems.filter(({ message }) => denied.test(message)).map(({ file }) => file)).toEqual([
      'closed/b',
      'data',
      'up.sql',
    ]);
    expect(problems.map(({ key }) => key)).toEqual([undefined, undefined, undefined, 'service', 'servise']);
  });

  test('the directory itself', async () => {
    await using temporary = await openDirectory({ 'bundle/rehearsal.yaml': manifest });
    const bundle = join(temporary.path, 'bundle');
    await chmod(bundle, 0);
    const problems = await refusalOf(() => unprivileged(() => loadBundle(bundle, temporary.path)));
    expect(problems).toEqual([{ file: 'bundle', message: expect.stringMatching(denied) }]);
  });

  test('an archive', async () => {
    await using temporary = await openDirectory({ 'bundle.tar': 'whatever' });
    const archive = join(temporary.path, 'bundle.tar');
    await chmod(archive, 0);
    const scratch = join(temporary.path, 'scratch');
    const problems = await refusalOf(() => unprivileged(() => loadBundle(archive, scratch)));
    expect(problems).toEqual([{ file: 'bundle.tar', message: expect.stringMatching(denied) }]);
  });
});

async function ledAround(path: string): Promise<void> {
  await symlink('around', path);
  await symlink('rehearsal.yaml', join(path, '../around'));
}

test('what we unpacked ourselves and cannot read is no fault of the bundle', async () => {
  await using temporary = await openDirectory({ 'rehearsal.yaml': manifest });
  await chmod(join(temporary.path, 'rehearsal.yaml'), 0);
  const read = () => readDirectory(temporary.path, bundleLimits, () => null);
  await expect(unprivileged(read)).rejects.toMatchObject({ name: 'Error', code: 'EACCES' });
});

/** Everybody may write into it, as a directory below /tmp of root could not be. */
async function openDirectory(files: Readonly<Record<string, string>>) {
  const temporary = await temporaryDirectory();
  await chmod(temporary.path, 0o777);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(temporary.path, path, '..'), { recursive: true });
    await writeFile(join(temporary.path, path), text);
  }
  return temporary;
}

/** Root may read everything, so it is somebody else who looks. */
async function unprivileged<T>(work: () => Promise<T>): Promise<T> {
  const user = process.geteuid?.();
  if (user === 0) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (user === 0) process.seteuid?.(0);
  }
}

/** Buffers that something still refers to. */
async function heldBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  await runInNewContext('gc')({ execution: 'async' });
  return process.memoryUsage().arrayBuffers;
}
