import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyTree } from '../../../workers/hosts/copy-tree.ts';
import { openDataRoot } from '../../../workers/hosts/data-root.ts';
import { describeWith } from '../../support/require.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'rehearsal-root-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

test('a root has its places, and unprivileged users can pass through them', async () => {
  await using root = await openDataRoot(join(home, 'root'), { loop: 'off' });
  for (const place of [root.snapshots, root.clones, root.tools, root.scratch]) {
    expect((await stat(place)).mode & 0o777).toBe(0o711);
  }
});

test('a clone that would eat into the reserve is refused', async () => {
  await using root = await openDataRoot(join(home, 'root'), { loop: 'off' });
  await root.requireFree(1);
  await expect(root.requireFree(await root.freeBytes())).rejects.toMatchObject({ fault: 'machine', code: 'disk-full' });
});

describeWith('root', 'loop volume', () => {
  const isMounted = async (): Promise<boolean> =>
    existsSync(join(home, 'root', 'volume')) &&
    (await stat(join(home, 'root', 'volume'))).dev !== (await stat(home)).dev;

  test('is shared by all who use the root, and unmounted by the last', async () => {
    const first = await openDataRoot(join(home, 'root'));
    const second = await openDataRoot(join(home, 'root'));
    await writeFile(join(first.scratch, 'file'), 'content');
    expect(await readdir(second.scratch)).toEqual(['file']);
    await first.close();
    await first.close();
    expect(await readdir(second.scratch)).toEqual(['file']);
    await second.close();
    expect(await isMounted()).toBe(false);
    await using third = await openDataRoot(join(home, 'root'));
    expect(await readdir(third.scratch)).toEqual(['file']);
  });

  test('is unmounted although a user died without a word', async () => {
    const root = await openDataRoot(join(home, 'root'));
    const dead = JSON.stringify({
      pid: 4_000_000,
      startTime: '1',
      realm: (await import('../../../shared/edge/adapters/owner-process.ts')).thisProcess().realm,
    });
    await writeFile(join(root.locks, 'users', 'dead'), dead);
    await root.close();
    expect(await isMounted()).toBe(false);
  });

  test('shares blocks: a copy costs no room', async () => {
    await using root = await openDataRoot(join(home, 'root'));
    if (root.method === 'copy') return;
    const { mkdir } = await import('node:fs/promises');
    await mkdir(join(root.scratch, 'a'));
    await writeFile(join(root.scratch, 'a', 'big'), Buffer.alloc(64 * 1024 * 1024, 1));
    const before = await root.freeBytes();
    await copyTree(join(root.scratch, 'a'), join(root.scratch, 'b'), 'reflink');
    expect(before - (await root.freeBytes())).toBeLessThan(8 * 1024 * 1024);
    expect((await stat(join(root.scratch, 'b', 'big'))).size).toBe(64 * 1024 * 1024);
  });
});
