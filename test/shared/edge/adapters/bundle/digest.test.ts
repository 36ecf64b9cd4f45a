import { execFileSync } from 'node:child_process';
import { chmod, cp, link, mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { create } from 'tar';
import { describe, expect, test } from 'vitest';
import { loadBundle } from '../../../../../shared/edge/adapters/bundle/load-bundle.ts';
import { tarBytes } from '../../../../support/tar-bytes.ts';
import { temporaryDirectory } from '../../../../support/temporary-directory.ts';

const manifest = `rehearsal: 1
service: a
version: 1
snapshot: { sql: [seed.sql] }
migrate: [{ name: one, command: [./migrate.sh] }]
apps:
  previous: { dir: previous, command: [node, app.js] }
  next: { dir: next, command: [node, app.js] }
`;

async function writeBundle(dir: string): Promise<void> {
  const files = {
    'rehearsal.yaml': manifest,
    'seed.sql': 'SELECT 1;\n',
    'migrate.sh': '#!/bin/sh\nexit 0\n',
    'previous/app.js': 'old\n',
    'next/app.js': 'new\n',
    'next/ü/€.txt': '',
    'a-b': '1',
    'a/b': '2',
    '.hidden': 'counts',
    '.git/HEAD': 'does not count',
    'next/.git/HEAD': 'does not count',
    [`next/${'deep-'.repeat(30)}/${'name-'.repeat(30)}ü.txt`]: 'a path that needs an extended header',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(dir, path, '..'), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  await mkdir(join(dir, 'empty'));
  await chmod(join(dir, 'migrate.sh'), 0o755);
  await symlink('../previous/app.js', join(dir, 'next/old.js'));
  await link(join(dir, 'next/app.js'), join(dir, 'next/second-name.js'));
}

/** CONTRACT 1.2 with shell tools: byte order, one line a file, and nothing of the code under test. */
const byShell = String.raw`
export LC_ALL=C
find . \( -type d -name .git -prune \) -o \( -type f -o -type l \) -printf '%P\n' | sort | while IFS= read -r path; do
  if [ -L "$path" ]; then
    kind=l; size=$(readlink -n "$path" | wc -c); sum=$(readlink -n "$path" | sha256sum | cut -d' ' -f1)
  else
    kind=f; [ -n "$(find "$path" -perm -u+x)" ] && kind=x
    size=$(wc -c < "$path"); sum=$(sha256sum < "$path" | cut -d' ' -f1)
  fi
  printf '%s\0%s\0%s\0%s\n' "$path" "$kind" "$size" "$sum"
done | sha256sum | cut -d' ' -f1`;
const shellDigest = (cwd: string): string =>
  `sha256:${execFileSync('/bin/sh', ['-c', byShell], { cwd, encoding: 'utf8' }).trim()}`;

describe('the digest of a bundle', () => {
  test('is what shell tools compute by the contract, for its applications too', async () => {
    await using temporary = await temporaryDirectory();
    await writeBundle(temporary.path);
    const { bundle, dir } = await loadBundle(temporary.path, join(temporary.path, 'unused'));
    expect(dir).toBe(temporary.path);
    expect(bundle.digest).toBe(shellDigest(temporary.path));
    expect(bundle.appDigests).toEqual({
      previous: shellDigest(join(temporary.path, 'previous')),
      next: shellDigest(join(temporary.path, 'next')),
    });
  });

  test('is a known one', async () => {
    await using temporary = await temporaryDirectory();
    const content =
      'rehearsal: 1\nservice: a\nversion: 1\nsnapshot: b\nmigrate: [{ name: c, command: [d] }]\napps: none\n';
    await writeFile(join(temporary.path, 'rehearsal.yaml'), content);
    const { bundle } = await loadBundle(temporary.path, temporary.path);
    const known = execFileSync('/bin/sh', [
      '-c',
      `printf 'rehearsal.yaml\\0f\\0${content.length}\\0%s\\n' "$(printf '%s' '${content}' | sha256sum | cut -d' ' -f1)" | sha256sum`,
    ]);
    expect(bundle.digest).toBe(`sha256:${known.toString().slice(0, 64)}`);
  });

  test.each([
    ['.tar', (dir: string, to: string) => create({ cwd: dir, file: to }, ['.'])],
    ['.tar.gz', (dir: string, to: string) => create({ cwd: dir, file: to, gzip: true }, ['.'])],
    ['.tar of GNU tar', async (dir: string, to: string) => tarProgram(['--format=gnu', '-C', dir, '-cf', to, '.'])],
    ['.tar of POSIX tar', async (dir: string, to: string) => tarProgram(['--format=posix', '-C', dir, '-cf', to, '.'])],
    [
      '.tar.zst',
      async (dir: string, to: string) => {
        await create({ cwd: dir, file: `${to}.plain`, portable: true }, ['.']);
        const { readFile } = await import('node:fs/promises');
        await writeFile(to, zstdCompressSync(await readFile(`${to}.plain`)));
      },
    ],
    [
      '.tar.gz of the directory itself',
      (dir: string, to: string) => create({ cwd: join(dir, '..'), file: to, gzip: true }, ['bundle']),
    ],
  ])('is the same for a %s, whatever its file is called', async (_, pack) => {
    await using temporary = await temporaryDirectory();
    const bundleDir = join(temporary.path, 'bundle');
    const scratch = join(temporary.path, 'scratch');
    await mkdir(bundleDir);
    await writeBundle(bundleDir);
    await pack(bundleDir, join(temporary.path, 'archive.bin'));
    const fromDirectory = await loadBundle(bundleDir, scratch);
    const fromArchive = await loadBundle(join(temporary.path, 'archive.bin'), scratch);
    expect(fromArchive.bundle).toEqual(fromDirectory.bundle);
    expect(fromArchive.dir.startsWith(scratch)).toBe(true);
    expect(shellDigest(fromArchive.dir)).toBe(fromDirectory.bundle.digest);
  });

  test('does not depend on times, modes besides the owner’s x, empty directories and .git', async () => {
    await using temporary = await temporaryDirectory();
    const first = join(temporary.path, 'first');
    const second = join(temporary.path, 'second');
    await mkdir(first);
    await writeBundle(first);
    await cp(first, second, { recursive: true, verbatimSymlinks: true });
    await utimes(join(second, 'seed.sql'), 1, 1);
    await chmod(join(second, 'seed.sql'), 0o611);
    await rm(join(second, 'empty'), { recursive: true });
    await rm(join(second, '.git'), { recursive: true });
    const digests = await Promise.all([first, second].map(async (dir) => (await loadBundle(dir, dir)).bundle.digest));
    expect(digests[0]).toBe(digests[1]);
  });

  test.each([
    ['a content', async (dir: string) => writeFile(join(dir, 'next/app.js'), 'other\n')],
    ['a name', async (dir: string) => writeFile(join(dir, 'more'), '')],
    ['the owner’s x', async (dir: string) => chmod(join(dir, 'seed.sql'), 0o744)],
    ['a hidden file', async (dir: string) => writeFile(join(dir, '.hidden'), 'other')],
    [
      'the target of a link',
      async (dir: string) => {
        await rm(join(dir, 'next/old.js'));
        await symlink('../next/app.js', join(dir, 'next/old.js'));
      },
    ],
  ])('changes with %s', async (_, change) => {
    await using temporary = await temporaryDirectory();
    await writeBundle(temporary.path);
    const before = (await loadBundle(temporary.path, temporary.path)).bundle.digest;
    await change(temporary.path);
    expect((await loadBundle(temporary.path, temporary.path)).bundle.digest).not.toBe(before);
  });

  test('counts nothing that an archive has in .git, and unpacks nothing of it', async () => {
    await using temporary = await temporaryDirectory();
    const rest = [
      { name: 'rehearsal.yaml', content: manifest.replace(/apps:[\s\S]*/, 'apps: none\n') },
      { name: 'seed.sql', content: '' },
    ];
    const inGit = [
      { name: '.git/', type: '5' },
      { name: '.git/HEAD', content: 'x' },
      { name: 'a/.git/x', content: 'y' },
    ];
    await writeFile(join(temporary.path, 'with'), tarBytes([...inGit, ...rest]));
    await writeFile(join(temporary.path, 'without'), tarBytes(rest));
    const [first, second] = await Promise.all(
      ['with', 'without'].map((name) => loadBundle(join(temporary.path, name), join(temporary.path, 'scratch'))),
    );
    expect(first?.bundle.digest).toBe(second?.bundle.digest);
    expect(execFileSync('find', [first?.dir ?? '', '-name', 'HEAD']).toString()).toBe('');
  });
});

function tarProgram(args: readonly string[]): void {
  execFileSync('tar', [...args]);
}
