import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine } from '../../../workers/engine.ts';
import { openDockerHost } from '../../../workers/hosts/docker/open-docker-host.ts';
import { libraryBundle, twoApps } from '../../support/contract-bundles.ts';
import { describeWith } from '../../support/require.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { writtenBundle } from '../../support/vendor.ts';
import { type CloneHostLab, openCloneHostLab } from './clone-host-lab.ts';

const text = '{ "disabled": ["feed job"] }\n'.repeat(20_000);
const file = { kind: 'file', sha256: createHash('sha256').update(text).digest('hex') };
const image = `rehearsal-test/hotpatch:${randomBytes(4).toString('hex')}`;

const links = {
  linked: '/app/config/jobs.json',
  away: '../../../app/config/jobs.json',
  lost: 'nowhere',
  around: 'config',
};

describeWith('docker', 'files of an image', () => {
  let lab: CloneHostLab;
  let find: (path: string) => Promise<unknown>;
  const before = containers();
  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'rehearsal-image-'));
    try {
      await mkdir(join(dir, 'app/config'), { recursive: true });
      await writeFile(join(dir, 'app/config/jobs.json'), text);
      for (const [name, target] of Object.entries(links)) await symlink(target, join(dir, 'app', name));
      const archive = execFileSync('tar', ['-C', dir, '-c', 'app'], { maxBuffer: 16 * 1024 ** 2 });
      // Of files only: it could not even be started.
      execFileSync('docker', ['import', '-', image], { input: archive, stdio: 'pipe' });
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
    lab = await openCloneHostLab();
    const host = await openDockerHost(lab.parts);
    find = async (path) => await host.findInImage?.(image, path);
  });
  afterAll(async () => {
    execFileSync('docker', ['image', 'rm', '-f', image], { stdio: 'pipe' });
    await lab?.[Symbol.asyncDispose]();
  });

  test.each([
    ['a file', '/app/config/jobs.json', file],
    ['a link to it', '/app/linked', file],
    ['a link that would climb out of the image', '/app/away', file],
    ['a file behind a link to its directory', '/app/around/jobs.json', file],
    ['a directory', '/app/config', { kind: 'directory' }],
    ['a link to a directory', '/app/around', { kind: 'directory' }],
    ['a link to nothing', '/app/lost', { kind: 'nothing' }],
    ['nothing', '/app/none.json', { kind: 'nothing' }],
  ])('%s is told as what it is', async (_, path, expected) => {
    expect(await find(path)).toEqual(expected);
  });

  test('what its name stands for is its id', async () => {
    const host = await openDockerHost(lab.parts);
    const id = execFileSync('docker', ['image', 'inspect', '--format', '{{.Id}}', image], { encoding: 'utf8' }).trim();
    expect(await host.imageOf?.(image)).toEqual({ id, digests: [] });
  });

  test('a plan has the image of next, and what hot patches it carries', async () => {
    await using home = await temporaryDirectory();
    await using engine = await openEngine({ dataRoot: home.path, host: 'docker' });
    const path = '/app/config/jobs.json';
    await using bundle = await writtenBundle(
      libraryBundle(
        {
          apps: { ...twoApps, next: { ...twoApps.next, image } },
          probes: [{ name: 'it answers', request: { path: '/' } }],
          hotpatches: [{ path, sha256: file.sha256, why: 'INC-212' }],
        },
        { 'previous/app.js': '', 'next/app.js': '', 'migrations/1.sql': 'SELECT 1;' },
      ),
    );
    const { plan } = await engine.prepare(await engine.load(bundle.dir));
    expect(plan.images).toMatchObject([{ app: 'next', name: image, id: expect.stringMatching(/^sha256:/) }]);
    expect(plan.hotpatches).toMatchObject([{ path, found: { seen: true, value: file } }]);
  });

  test('no container stays, and none was started', () => {
    expect(containers()).toEqual(before);
  });
});

/** Ours that look into images; others may have theirs at the same time. */
function containers(): readonly string[] {
  try {
    const args = ['ps', '-a', '--filter', `ancestor=${image}`, '--format', '{{.ID}}'];
    return execFileSync('docker', args, { encoding: 'utf8', stdio: 'pipe' }).split('\n').filter(Boolean);
  } catch {
    // Without an engine this is skipped anyway.
    return [];
  }
}
