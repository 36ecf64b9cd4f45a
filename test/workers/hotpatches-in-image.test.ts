import { expect, test } from 'vitest';
import { observed } from '../../shared/domain/observed.ts';
import { lookIntoImages } from '../../workers/hotpatches-in-image.ts';
import { evidence } from '../support/evidence.ts';

const { manifest } = evidence().bundle;
const inBundle = { path: 'jobs.json', place: 'next/jobs.json', found: observed({ kind: 'nothing' as const }) };
const path = '/app/jobs.json';
const inImage = { path, place: path, found: { seen: false as const, why: 'nobody looked into an image' } };
const imaged = (image: string) => {
  if (manifest.apps === 'none') throw new Error('the green rehearsal has versions');
  const { previous, next } = manifest.apps;
  return { hotpatches: [inBundle, inImage], manifest: { ...manifest, apps: { previous, next: { ...next, image } } } };
};

test('where none is declared nothing is told', async () => {
  expect(await lookIntoImages({ manifest }, { kind: 'docker' })).toEqual({});
});

test('what the host finds in the image of next is what was seen; the bundle’s own stay as they are', async () => {
  const asked: string[] = [];
  const findInImage = async (image: string, at: string) => {
    asked.push(`${image} ${at}`);
    return { kind: 'directory' as const };
  };
  expect(await lookIntoImages(imaged('registry/app:2'), { kind: 'docker', findInImage })).toEqual({
    hotpatches: [inBundle, { path, place: `registry/app:2:${path}`, found: observed({ kind: 'directory' }) }],
  });
  expect(asked).toEqual(['registry/app:2 /app/jobs.json']);
});

test('a host without images, a next without one and an image that cannot be had prove nothing, and say why', async () => {
  const bare = { hotpatches: [inImage], manifest };
  const broken = { kind: 'docker', findInImage: () => Promise.reject(new Error('the engine went away')) } as const;
  const looks = [
    await lookIntoImages(imaged('registry/app:2'), { kind: 'process' }),
    await lookIntoImages(bare, { kind: 'docker', findInImage: broken.findInImage }),
    await lookIntoImages(imaged('registry/app:2'), broken),
  ].map(({ hotpatches = [] }) => hotpatches.at(-1)?.found);
  expect(looks).toEqual([
    { seen: false, why: expect.stringContaining('process host') },
    { seen: false, why: expect.stringContaining('names no image') },
    { seen: false, why: expect.stringContaining('the engine went away') },
  ]);
});
