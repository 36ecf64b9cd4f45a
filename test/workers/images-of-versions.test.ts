import { expect, test } from 'vitest';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { imagesOfVersions, requireSameImages } from '../../workers/images-of-versions.ts';
import { evidence } from '../support/evidence.ts';

const { apps } = evidence().bundle.manifest;
if (apps === 'none') throw new Error('the green rehearsal has versions');
const manifest = { apps: { previous: apps.previous, next: { ...apps.next, image: 'registry/app:2' } } };
const identity = { id: `sha256:${'1'.repeat(64)}`, digests: [`sha256:${'2'.repeat(64)}`] };
const next = { app: 'next', name: 'registry/app:2', ...identity } as const;

test('the image of each version that has one is kept', async () => {
  expect(await imagesOfVersions(manifest, { imageOf: async () => identity })).toEqual({ images: [next] });
  expect(await imagesOfVersions({ apps }, { imageOf: async () => identity })).toEqual({});
  expect(await imagesOfVersions(manifest, {})).toEqual({});
});

test('one that cannot be had is told by the runs that need it; what the engine does not say ends the set-up', async () => {
  const gone = new RehearsalError('bundle', 'image-not-there', 'it is not there', 'docker pull');
  expect(await imagesOfVersions(manifest, { imageOf: () => Promise.reject(gone) })).toEqual({});
  const broken = new Error('the engine went away');
  await expect(imagesOfVersions(manifest, { imageOf: () => Promise.reject(broken) })).rejects.toBe(broken);
});

test('a worker where the name stands for another image performs nothing of the plan', () => {
  const moved = { ...next, id: `sha256:${'3'.repeat(64)}` };
  expect(() => requireSameImages([next], [moved])).toThrow(
    expect.objectContaining({ code: 'other-image', fault: 'machine', remedy: expect.stringContaining('docker pull') }),
  );
  // What cannot be had now may be another one when a run starts it; a host without images runs what nobody meant.
  for (const here of [[], undefined]) expect(() => requireSameImages([next], here)).toThrow(/no image registry\/app:2/);
  expect(() => requireSameImages([next], [next])).not.toThrow();
  expect(() => requireSameImages(undefined, [next])).not.toThrow();
});
