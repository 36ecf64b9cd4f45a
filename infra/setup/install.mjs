import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Node 24 of the lock file; the host's own Node only has to run npm. */
export const nodeBinary = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Installs the packages of the lock file unless they are there; npm's output goes to stderr, stdout stays the command's. */
export function ensurePackages() {
  if (upToDate()) return;
  process.stderr.write('installing packages …\n');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: 'development' },
  });
  if (npm.status !== 0 || !existsSync(nodeBinary)) {
    process.stderr.write('npm ci did not succeed; run it by hand in the checkout and read what it says\n');
    process.exit(4);
  }
}

function upToDate() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed) || !existsSync(nodeBinary)) return false;
  if (statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs) return true;
  const versions = (file) =>
    JSON.stringify(
      Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages)
        .filter(([path]) => path !== '')
        .map(([path, { version }]) => `${path}@${version}`)
        .sort(),
    );
  return versions(installed) === versions(join(root, 'package-lock.json'));
}

/** The environment in which Node 24 is the first on PATH. */
export const environment = {
  ...process.env,
  PATH: `${dirname(nodeBinary)}:${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
};
