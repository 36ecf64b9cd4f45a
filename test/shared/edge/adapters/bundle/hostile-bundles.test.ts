import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ProblemPlace } from '../../../../../shared/domain/problem.ts';
import { type BundleLimits, bundleLimits } from '../../../../../shared/edge/adapters/bundle/limits.ts';
import { loadBundle } from '../../../../../shared/edge/adapters/bundle/load-bundle.ts';
import { invalidBundle } from '../../../../../shared/plan/invalid-bundle.ts';
import { hostileArchives } from '../../../../support/hostile-archives.ts';
import { type TarBytesEntry, tarBytes } from '../../../../support/tar-bytes.ts';
import { temporaryDirectory } from '../../../../support/temporary-directory.ts';
import { manifest, notUtf8, refusalOf } from './refusal-of.ts';

const good: TarBytesEntry = { name: 'rehearsal.yaml', content: manifest };
const small: BundleLimits = { unpackedBytesMax: 10_000, entriesMax: 20, depthMax: 5, expansionMax: 200 };

/** The problems of one archive; whatever it is, nothing may be left in the scratch directory and nothing beside it. */
async function problemsOf(archive: Buffer, limits = bundleLimits): Promise<readonly ProblemPlace[]> {
  await using temporary = await temporaryDirectory();
  const file = join(temporary.path, 'archive');
  const scratch = join(temporary.path, 'scratch');
  await writeFile(file, archive);
  const problems = await refusalOf(() => loadBundle(file, scratch, limits));
  if (problems.length > 0) expect(await readdir(scratch).catch(() => [])).toEqual([]);
  expect((await readdir(temporary.path)).toSorted()).toEqual(expect.arrayContaining(['archive']));
  expect(await readdir(temporary.path)).not.toContain('escaped');
  return problems;
}

const refusedEntries: readonly (readonly [string, readonly TarBytesEntry[], string | undefined, RegExp])[] = [
  ['an absolute path', [{ name: '/tmp/escaped', content: 'x' }], '/tmp/escaped', /absolute/],
  ['a path that leaves', [{ name: '../../escaped', content: 'x' }], '../../escaped', /`\.\.`/],
  ['a path that leaves and comes back', [{ name: 'a/../../a/escaped', content: 'x' }], undefined, /`\.\.`/],
  ['a pax path that leaves', [{ name: 'b', pax: { path: '../escaped' }, content: 'x' }], '../escaped', /`\.\.`/],
  ['a long name that leaves', [{ name: 'b', longName: '../escaped', content: 'x' }], '../escaped', /`\.\.`/],
  ['a link out of the bundle', [{ name: 'a', type: '2', target: '../escaped' }], 'a', /leads out/],
  ['a link to an absolute path', [{ name: 'a', type: '2', target: '/etc/passwd' }], 'a', /leads out/],
  [
    'a link that leaves through another link',
    [
      { name: 'd/up', type: '2', target: '..' },
      { name: 'out', type: '2', target: 'd/up/..' },
    ],
    'out',
    /leads out/,
  ],
  [
    'a file written through a link',
    [
      { name: 'a', type: '2', target: '.' },
      { name: 'a/escaped', content: 'x' },
    ],
    'a/escaped',
    /file and a directory at once/,
  ],
  [
    'a file in the place of a link',
    [
      { name: 'a', type: '2', target: 'b' },
      { name: 'a', content: 'x' },
    ],
    'a',
    /there twice/,
  ],
  ['a hard link out of the bundle', [{ name: 'a', type: '1', target: '/etc/passwd' }], 'a', /hard link/],
  ['a hard link to what comes later', [{ name: 'a', type: '1', target: 'z' }, { name: 'z' }], 'a', /hard link/],
  ['a character device', [{ name: 'a', type: '3' }], 'a', /device/],
  ['a block device', [{ name: 'a', type: '4' }], 'a', /device/],
  ['a fifo', [{ name: 'a', type: '6' }], 'a', /fifo/],
  ['an entry of an unknown kind', [{ name: 'a', type: 'S', content: 'x' }], 'a', /sparse/],
  ['a sparse file', [{ name: 'a', pax: { 'GNU.sparse.major': '1' }, content: 'x' }], 'a', /sparse/],
  [
    'a name given twice',
    [
      { name: 'a', content: 'x' },
      { name: './a', content: 'y' },
    ],
    'a',
    /there twice/,
  ],
  ['names that differ in case', [{ name: 'a/Read' }, { name: 'a/read' }], 'a/read', /differ only in case/],
  ['directories that differ in case', [{ name: 'Lib/a' }, { name: 'lib/b' }], 'lib/b', /differ only in case/],
  ['names that differ in composition', [{ name: 'e\u0301' }, { name: 'é' }], 'é', /two Unicode spellings/],
  ['a name that is not UTF-8', [{ name: notUtf8 }], 'a\\xffb', /not UTF-8/],
  ['a pax name that is not UTF-8', [{ name: 'b', pax: { path: notUtf8 } }], 'a\\xffb', /not UTF-8/],
  ['a link target that is not UTF-8', [{ name: 'a', type: '2', target: notUtf8 }], 'a', /not UTF-8/],
];

describe('an archive', () => {
  test('of a manifest is a bundle', async () => {
    expect(await problemsOf(tarBytes([good]))).toEqual([]);
  });

  test.each(refusedEntries)('with %s is refused', async (_, entries, file, message) => {
    const problems = await problemsOf(tarBytes([...entries, good]));
    const place = file === undefined ? {} : { file };
    expect(problems).toEqual([expect.objectContaining({ ...place, message: expect.stringMatching(message) })]);
  });

  test('is told everything at once, the manifest too', async () => {
    const bad = { name: 'rehearsal.yaml', content: manifest.replace('service', 'servise') };
    const problems = await problemsOf(tarBytes([{ name: '../x' }, { name: 'f', type: '6' }, bad]));
    expect(problems.map(({ file, key }) => key ?? file)).toEqual(['../x', 'f', 'service', 'servise']);
  });

  test.each([
    ['more bytes than allowed', [{ name: 'a', content: 'x'.repeat(10_001) }], /more than .*10000 bytes/],
    ['more bytes than allowed in many files', many(11, 1000), /more than .*10000 bytes/],
    ['more entries than allowed', many(21, 0), /more than 20 entries/],
    ['more directories than allowed', [{ name: 'a/b/c/d/e' }, ...many(16, 0)], /more than 20 entries/],
    ['deeper paths than allowed', [{ name: 'a/b/c/d/e/f/g' }], /deeper than in 5/],
    ['a size that its content has not', [{ name: 'a', size: 9000, content: 'x' }], /middle of an entry/],
    ['a size beyond all measure', [{ name: 'a', pax: { size: '99999999999' } }], /more than .*10000 bytes/],
    [
      'hard links that multiply a file',
      [
        { name: 'a', content: 'x'.repeat(6000) },
        { name: 'b', type: '1', target: 'a' },
      ],
      /more than .*10000 bytes/,
    ],
  ])('with %s is refused', async (_, entries, message) => {
    const problems = await problemsOf(tarBytes([...entries, good]), small);
    expect(problems).toEqual([expect.objectContaining({ message: expect.stringMatching(message) })]);
  });

  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('that unpacks to more than 200 times its %s size is refused', async (_, compress) => {
    const bomb = tarBytes([good, { name: 'zeros', content: Buffer.alloc(5_000_000) }]);
    expect(await problemsOf(compress(bomb))).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/200 times/) }),
    ]);
  });

  test('whose bytes hide outside of its files is refused', async () => {
    const endless = Buffer.concat([tarBytes([good]), Buffer.alloc(50_000)]);
    expect(await problemsOf(gzipSync(endless), small)).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/more than .*20000 bytes/) }),
    ]);
  });

  test.each([
    ['a text', Buffer.from('hello'), /neither a directory nor/],
    ['nothing', Buffer.alloc(0), /neither a directory nor/],
    ['half a gzip stream', gzipSync(tarBytes([good])).subarray(0, -30), /damaged/],
    ['a gzip stream with a flipped bit', flipped(gzipSync(tarBytes([good])), -6), /damaged/],
    ['half a zstd stream', zstdCompressSync(tarBytes([good])).subarray(0, -10), /damaged|ends in the middle/],
    ['a gzipped text', gzipSync('hello '.repeat(200)), /no readable tar/],
    ['half a tar', tarBytes([good]).subarray(0, 600), /ends in the middle/],
    ['a tar with a broken header', flipped(tarBytes([{ name: 'a' }, good]), 512 + 3), /checksum/],
  ])('that is %s is refused', async (_, bytes, message) => {
    expect(await problemsOf(bytes)).toEqual([expect.objectContaining({ message: expect.stringMatching(message) })]);
  });

  test('without a manifest is refused, also where a directory of two holds one', async () => {
    const problems = await problemsOf(tarBytes([{ name: 'a/rehearsal.yaml', content: manifest }, { name: 'b' }]));
    expect(problems).toEqual([expect.objectContaining({ file: 'rehearsal.yaml' })]);
  });
});

describe('an archive that anybody may send is refused: one with', () => {
  test.for(hostileArchives.filter(({ costly }) => costly === undefined))('$what', async ({ write, says, file }) => {
    await using temporary = await temporaryDirectory();
    const path = join(temporary.path, 'archive');
    await write(path);
    const problems = await refusalOf(() => loadBundle(path, join(temporary.path, 'scratch')));
    const told = problems.filter(({ message }) => says.test(message));
    expect(told, JSON.stringify(problems)).not.toEqual([]);
    if (file !== undefined) expect(told.map((place) => place.file)).toContain(file);
    expect(await readdir(join(temporary.path, 'scratch'))).toEqual([]);
  });

  test('1,200 problems tells the first 1,000 of them, and how many more there are', async () => {
    const entries = Array.from({ length: 1200 }, (_, at) => ({ name: `pipe-${at}`, type: '6' }));
    expect(await problemsOf(tarBytes([good, ...entries]))).toHaveLength(1000);
    const { message } = invalidBundle(entries.map(({ name }) => ({ file: name, message: 'It is a fifo.' })));
    expect(message).toMatch(/And 1199 more, of which 200 are not listed\.$/);
  });

  test('a manifest that is a link to nothing is told so', async () => {
    const link = { name: 'rehearsal.yaml', type: '2', target: 'missing.yaml' };
    expect(await problemsOf(tarBytes([link]))).toEqual([
      { file: 'rehearsal.yaml', message: expect.stringMatching(/link to `missing.yaml`/) },
    ]);
  });

  test('several zstd frames, as parallel compressors write them, is read to its end', async () => {
    const whole = tarBytes([good, { name: 'late', content: 'x' }]);
    const frames = [whole.subarray(0, 700), whole.subarray(700)].map((part) => zstdCompressSync(part));
    expect(await problemsOf(Buffer.concat(frames))).toEqual([]);
    expect(await problemsOf(Buffer.concat([...frames.slice(0, 1)]))).not.toEqual([]);
  });
});

function many(count: number, bytes: number): TarBytesEntry[] {
  return Array.from({ length: count }, (_, at) => ({ name: `file-${at}`, content: 'x'.repeat(bytes) }));
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}
