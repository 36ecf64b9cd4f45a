import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProblemPlace } from '../../../../../shared/domain/problem.ts';
import { loadBundle } from '../../../../../shared/edge/adapters/bundle/load-bundle.ts';
import { tarBytes } from '../../../../support/tar-bytes.ts';
import { temporaryDirectory } from '../../../../support/temporary-directory.ts';
import { manifest, refusalOf } from './refusal-of.ts';

const below = (directories: number): string => `${'d/'.repeat(directories)}file`;
const refused = [expect.objectContaining({ message: expect.stringMatching(/deeper than in 64 directories/) })];

async function problemsOf(kind: 'directory' | 'archive', files: readonly string[]): Promise<readonly ProblemPlace[]> {
  await using temporary = await temporaryDirectory();
  const path = join(temporary.path, 'bundle');
  const content = (file: string) => (file.endsWith('rehearsal.yaml') ? manifest : '');
  if (kind === 'archive') {
    const entries = files.map((file) => ({ name: 'x', pax: { path: file }, content: content(file) }));
    await writeFile(path, tarBytes(entries));
  } else {
    for (const file of files) {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await writeFile(join(path, file), content(file));
    }
  }
  return await refusalOf(() => loadBundle(path, join(temporary.path, 'scratch')));
}

test.each(['directory', 'archive'] as const)(
  'no file of a bundle (%s) lies in more than 64 directories',
  async (kind) => {
    expect(await problemsOf(kind, ['rehearsal.yaml', below(64)])).toEqual([]);
    expect(await problemsOf(kind, ['rehearsal.yaml', below(65)])).toEqual(refused);
  },
);

test('the only directory at the top of an archive is not counted where it holds the bundle', async () => {
  expect(await problemsOf('archive', ['top/rehearsal.yaml', `top/${below(64)}`])).toEqual([]);
  expect(await problemsOf('archive', ['top/rehearsal.yaml', `top/${below(65)}`])).toEqual(refused);
  expect(await problemsOf('archive', ['rehearsal.yaml', `top/${below(64)}`])).toEqual(refused);
});
