import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFile, tryLockFile } from '../../../../shared/edge/adapters/directory-lock.ts';
import { thisProcess } from '../../../../shared/edge/adapters/owner-process.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rehearsal-lock-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('one at a time holds it, in whatever order they come', async () => {
  let inside = 0;
  let most = 0;
  const turn = async (): Promise<void> => {
    await using _ = await lockFile(join(dir, 'lock'), 10_000);
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, turn));
  expect(most).toBe(1);
  expect(await readdir(dir)).toEqual([]);
});

test('whoever cannot wait is told, and whoever waits too long is refused', async () => {
  await using _ = await lockFile(join(dir, 'lock'), 1000);
  expect(await tryLockFile(join(dir, 'lock'))).toBeUndefined();
  await expect(lockFile(join(dir, 'lock'), 50)).rejects.toMatchObject({ code: 'lock-not-free' });
});

test('a holder that is no more, or whose pid somebody else has now, is passed over', async () => {
  const lock = join(dir, 'lock');
  for (const holder of [
    { ...thisProcess(), startTime: '1' },
    { ...thisProcess(), pid: 4_000_000 },
  ]) {
    await writeFile(lock, JSON.stringify(holder));
    const held = await tryLockFile(lock);
    expect(held).toBeDefined();
    await held?.[Symbol.asyncDispose]();
  }
  expect(await readdir(dir)).toEqual([]);
});
