import { execFileSync } from 'node:child_process';
import { access, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
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
      expect.objectContaining({ file: missing, message: expect.stringMatching(/no readable/) }),
    ]);
  });
});

/** Buffers that something still refers to. */
async function heldBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  await runInNewContext('gc')({ execution: 'async' });
  return process.memoryUsage().arrayBuffers;
}
