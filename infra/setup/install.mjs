import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callersPath } from './caller.mjs';
import { giveUp } from './give-up.mjs';
import { oneAtATime } from './one-at-a-time.mjs';

/** The checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Node 24 of the lock file; the host's own Node only has to run npm. */
export const nodeBinary = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/**
 * Installs the packages of the lock file unless they are there; npm's output goes to stderr, stdout stays the
 * command's.
 * `npm ci` would refuse a lock file that lacks other platforms' optional packages, which a partial mirror makes.
 */
export function ensurePackages() {
  if (upToDate()) return;
  // An `npm start` and a `rehearse run` may both find a fresh checkout, and two npms would write over each other.
  const lock = join(root, 'node_modules', '.rehearsal-install');
  const waiting = (holder) => process.stderr.write(`waiting for process ${holder}, which installs packages …\n`);
  oneAtATime(lock, () => (upToDate() ? undefined : install()), waiting);
}

function install() {
  process.stderr.write('installing packages …\n');
  const npm = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: 'development' },
  });
  if (npm.status !== 0 || !existsSync(nodeBinary)) {
    // The lock stays; whoever finds it sees that its holder is gone.
    giveUp(
      'no-packages',
      'npm install did not succeed',
      `run it by hand and read what it says: cd ${root} && npm install`,
    );
  }
}

function upToDate() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed) || !existsSync(nodeBinary)) return false;
  return statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

/** The environment in which Node 24 is the first on PATH; what else of ours lies there a bundle must not find. */
export const environment = {
  ...process.env,
  PATH: [dirname(nodeBinary), callersPath(root)].filter((part) => part !== '').join(delimiter),
};
