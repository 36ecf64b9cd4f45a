import { execFileSync } from 'node:child_process';
import { chmod, link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createSocket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadBundle } from '../../../shared/edge/adapters/bundle/load-bundle.ts';
import { packBundle } from '../../../workers/cli/pack-bundle.ts';
import { submitCommand } from '../../../workers/cli/submit-command.ts';
import { libraryBundle } from '../../support/contract-bundles.ts';
import { runCommand } from '../../support/run-command.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { writtenBundle } from '../../support/vendor.ts';

/** What arrives where it is sent to. */
async function arrived(dir: string, scratch: string) {
  const { open, type } = await packBundle(dir);
  expect(type).toBe('application/gzip');
  const archive = join(scratch, 'arrived');
  await writeFile(archive, open());
  return await loadBundle(archive, scratch);
}

/** CONTRACT 1.2: "`.git/` does not [count], other hidden files do. A directory and its archives have one digest." */
test('what is sent of a directory is the bundle that was read there: a .git that is a file or a link counts', async () => {
  await using bundle = await writtenBundle(libraryBundle());
  await using scratch = await temporaryDirectory();
  const { dir } = bundle;
  for (const name of ['.git', 'module/.git/objects', 'module/lib', 'tree', 'empty', '.github']) {
    await mkdir(join(dir, name), { recursive: true });
  }
  const files = ['.git/HEAD', 'module/.git/objects/a', 'module/lib/.git', 'tree/.gitignore', '.github/x', '@at', '-x'];
  for (const name of files) await writeFile(join(dir, name), name);
  await symlink('../module', join(dir, 'tree/.git'));
  await link(join(dir, '@at'), join(dir, 'second-name'));
  await chmod(join(dir, '-x'), 0o755);
  const here = await loadBundle(dir, scratch.path);
  const there = await arrived(dir, scratch.path);
  expect(there.bundle).toEqual(here.bundle);
  expect(there.directories).toEqual(here.directories);
  expect(here.directories).toContain('empty');
  const paths = here.bundle.files.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['module/lib/.git', 'tree/.git', '@at', '-x']));
  expect(paths.filter((path) => /(^|\/)\.git\//.test(path))).toEqual([]);
});

test('a worktree has its .git in a file at the root, and one digest', async () => {
  await using bundle = await writtenBundle({ ...libraryBundle(), '.git': 'gitdir: ../.git/worktrees/a\n' });
  await using scratch = await temporaryDirectory();
  const here = await loadBundle(bundle.dir, scratch.path);
  expect((await arrived(bundle.dir, scratch.path)).bundle.digest).toBe(here.bundle.digest);
});

/** "submit … same exit codes as `run`": what `run` refuses is refused before the service hears of it. */
const refused: readonly (readonly [string, (dir: string) => unknown, RegExp])[] = [
  ['a fifo', (dir) => execFileSync('mkfifo', [join(dir, 'pipe')]), /pipe: It is a fifo/],
  ['an unknown key', (dir) => writeFile(join(dir, 'rehearsal.yaml'), 'rehearsal: 1\nservise: a\n'), /servise.*service/],
  ['a manifest that leads nowhere', toNowhere, /rehearsal.yaml: It is a link to `missing`/],
];
test.for(refused)('%s in a directory is refused with exit 2 and nothing is sent', async ([, make, says]) => {
  await using bundle = await writtenBundle(libraryBundle());
  await make(bundle.dir);
  await using service = await listening();
  const ended = await runCommand(submitCommand, [bundle.dir, '--server', service.url]);
  expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(says) });
  expect(service.asked()).toBe(0);
});

test('a socket in a directory is refused as well', async () => {
  await using bundle = await writtenBundle(libraryBundle());
  const socket = createSocket().listen(join(bundle.dir, 'odd'));
  await new Promise((resolve) => socket.once('listening', resolve));
  await expect(packBundle(bundle.dir)).rejects.toMatchObject({ code: 'invalid-bundle', problems: [{ file: 'odd' }] });
  await new Promise((resolve) => socket.close(resolve));
});

test('an environment that the bundle does not know is refused before anything is sent', async () => {
  await using bundle = await writtenBundle(libraryBundle());
  await expect(packBundle(bundle.dir, 'prodution')).rejects.toMatchObject({
    problems: [{ key: 'environments', nearest: 'production' }],
  });
});

test('what is no archive, or is not there, is refused before anything is sent', async () => {
  await using temporary = await temporaryDirectory();
  const path = join(temporary.path, 'bundle.tar.gz');
  await expect(packBundle(path)).rejects.toMatchObject({ code: 'invalid-bundle', problems: [{ file: path }] });
  await writeFile(path, 'a text');
  await expect(packBundle(path)).rejects.toMatchObject({
    code: 'invalid-bundle',
    problems: [{ file: 'bundle.tar.gz' }],
  });
});

async function toNowhere(dir: string): Promise<void> {
  execFileSync('ln', ['-sf', 'missing', join(dir, 'rehearsal.yaml')]);
}

/** A service that only counts how often it is asked. */
async function listening() {
  let times = 0;
  const server = createServer((_request, response) => {
    times += 1;
    response.writeHead(500).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { url: `http://127.0.0.1:${port}`, asked: () => times, [Symbol.asyncDispose]: close };
}
