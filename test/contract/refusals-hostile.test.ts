import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Problem } from '../../shared/domain/problem.ts';
import { libraryBundle } from '../support/contract-bundles.ts';
import { type HostileArchive, hostileArchives } from '../support/hostile-archives.ts';
import { rehearseMeasured } from '../support/peak-memory.ts';
import { type Service, startService } from '../support/service.ts';
import { type Directory, temporaryDirectory, writtenBundle } from '../support/vendor.ts';

/** A disk that cannot share blocks would be given a volume of its own each time. */
const env = { REHEARSAL_LOOP: 'off' };
/** Far above what a refusal needs, far below what an attack asks for. */
const peakBytesMax = 700 * 1024 * 1024;
const timeoutMs = 120_000;

/** CONTRACT 1.1: "Refused (exit 2, nothing started, …)", with place and remedy, in bounded memory and time. */
describe('a hostile archive is refused by the command line: one with', () => {
  // What costs little is asked of the service below and of the loader alone (test/shared/edge/adapters/bundle).
  test.for(hostileArchives.filter(({ costly }) => costly))('$what', async (hostile) => {
    await using directory = await temporaryDirectory();
    await using data = await temporaryDirectory();
    const path = join(directory.dir, 'bundle.archive');
    await hostile.write(path);
    const problem = await refusalOf(path, data.dir);
    expectTold(problem, hostile);
    expect(existsSync('/tmp/escaped')).toBe(false);
    expect(await readdir(directory.dir)).toEqual(['bundle.archive']);
    expect(await readdir(join(data.dir, 'scratch')).catch(() => [])).toEqual([]);
  });
});

describe('a hostile archive is refused by the service: one with', () => {
  let service: Service;
  let directory: Directory;
  beforeAll(async () => {
    service = await startService();
    directory = await temporaryDirectory();
  });
  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
    await directory?.[Symbol.asyncDispose]();
  });

  // What is 4 GB long is refused by its length before anything is read.
  const posted = hostileArchives.filter(({ what }) => !what.startsWith('a file of 4 GB'));
  test.for(posted)('$what', async (hostile) => {
    const path = join(directory.dir, 'posted');
    await hostile.write(path);
    const response = await service.call('/v1/rehearsals', {
      method: 'POST',
      headers: { 'content-type': 'application/x-tar' },
      body: new Uint8Array(await readFile(path)),
    });
    const problem = (await response.json()) as Problem;
    expect({ status: response.status, code: problem.code }).toEqual({ status: 422, code: 'invalid-bundle' });
    expectTold(problem, hostile);
    // Where the service keeps what it was sent is nobody's business.
    expect(JSON.stringify(problem)).not.toMatch(/rehearsal-test-|\/scratch|\/var\//);
  });
});

describe('a hostile directory is refused: one with', () => {
  const directories: readonly (readonly [string, (dir: string) => unknown, RegExp])[] = [
    ['a sparse file of 4 GB', (dir) => hole(join(dir, 'hole')), /hole.*larger than 1024 MiB/],
    ['250,000 entries', manyFiles, /more than 200000 entries/],
    ['a link out of it', (dir) => symlink('../../../../etc/passwd', join(dir, 'out')), /out.*leads out of the bundle/],
    ['a fifo', (dir) => execFileSync('mkfifo', [join(dir, 'pipe')]), /pipe.*fifo. Leave it out/],
    ['a NUL in a migration', (dir) => writeFile(join(dir, 'migrations/002.sql'), 'SELECT 1;\n\0'), /002.sql:2.*NUL/],
    [
      'a migration in UTF-16',
      (dir) => writeFile(join(dir, 'migrations/002.sql'), '\ufeffSELECT 1', 'utf16le'),
      /002.sql.*UTF-8/,
    ],
    ['a manifest of 900 MB', (dir) => hole(join(dir, 'rehearsal.yaml'), 900), /manifest is larger than/],
  ];
  test.for(directories)('%s', async ([, make, says]) => {
    await using bundle = await writtenBundle(libraryBundle());
    await using data = await temporaryDirectory();
    await make(bundle.dir);
    expect(sentences(await refusalOf(bundle.dir, data.dir))).toMatch(says);
  });

  test('a socket', async () => {
    await using bundle = await writtenBundle(libraryBundle());
    await using data = await temporaryDirectory();
    const server = createServer().listen(join(bundle.dir, 'odd'));
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      expect(sentences(await refusalOf(bundle.dir, data.dir))).toMatch(/odd.*socket/);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

async function refusalOf(path: string, dataRoot: string): Promise<Problem> {
  const finished = await rehearseMeasured(['run', path, '--format', 'json', '--host', 'process'], {
    timeoutMs,
    env: { ...env, REHEARSAL_DATA: dataRoot },
  });
  expect(finished.code, finished.stderr).toBe(2);
  expect(finished.peakBytes).toBeLessThan(peakBytesMax);
  return JSON.parse(finished.stdout) as Problem;
}

function expectTold(problem: Problem, { says, file }: HostileArchive): void {
  const told = problem.problems.filter(({ message }) => says.test(message));
  expect(told, JSON.stringify(problem)).not.toEqual([]);
  if (file !== undefined) expect(told.map((place) => place.file)).toContain(file);
  expect(problem.remedy).toMatch(/hand the bundle in again/);
}

const sentences = ({ problems }: Problem): string =>
  problems
    .map(({ file, line, message }) => `${file ?? ''}${line === undefined ? '' : `:${line}`} ${message}`)
    .join('\n');

async function hole(path: string, mebibytes = 4096): Promise<void> {
  await using file = await open(path, 'w');
  await file.truncate(mebibytes * 1024 * 1024);
}

async function manyFiles(dir: string): Promise<void> {
  await mkdir(join(dir, 'many'));
  execFileSync('sh', ['-c', 'seq 250000 | xargs touch'], { cwd: join(dir, 'many') });
}
