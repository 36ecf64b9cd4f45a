import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProgram } from '../../../workers/hosts/process/find-program.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rehearsal-find-'));
  await mkdir(join(dir, 'bin'));
  await mkdir(join(dir, 'later'));
  for (const place of ['bin', 'later']) await writeFile(join(dir, place, 'tool'), '', { mode: 0o755 });
  await writeFile(join(dir, 'bin', 'text'), '', { mode: 0o644 });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('a bare name is looked up in PATH, first come first served, and not in the directory', async () => {
  const path = `${join(dir, 'bin')}:${join(dir, 'later')}`;
  expect(await findProgram('tool', dir, path)).toEqual({ found: true, path: join(dir, 'bin', 'tool') });
  expect(await findProgram('tool', join(dir, 'bin'), '/nowhere')).toMatchObject({ found: false, exitCode: 127 });
});

test('a name with a slash is relative to the directory, an absolute one is of this machine', async () => {
  expect(await findProgram('./tool', join(dir, 'bin'), '')).toEqual({ found: true, path: join(dir, 'bin', 'tool') });
  expect(await findProgram('/bin/sh', dir, '')).toEqual({ found: true, path: '/bin/sh' });
});

test('what is there and no program is told apart from what is not there', async () => {
  expect(await findProgram('bin/text', dir, '')).toMatchObject({ found: false, exitCode: 126 });
  expect(await findProgram('bin', dir, dir)).toMatchObject({ found: false, exitCode: 127 });
  expect(await findProgram('bin/none', dir, '')).toMatchObject({ found: false, exitCode: 127 });
});
