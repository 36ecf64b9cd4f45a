import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { environment, root } from './install.mjs';

const directory = join(root, 'test', 'tools', 'packages');

/**
 * The migration tools that are rehearsed in tests, from a lock file of their own: whoever only starts the service never
 * installs them.
 */
export function ensureToolPackages() {
  if (upToDate()) return { ok: true, says: 'the packages of test/tools are there' };
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = spawnSync('npm', args, { cwd: directory, encoding: 'utf8', env: environment });
  if (npm.status === 0) return { ok: true, says: 'installed the packages of test/tools' };
  return {
    ok: false,
    says: `npm install in test/tools/packages did not succeed:\n${npm.stderr ?? npm.error?.message}`,
  };
}

/** npm's own list of what it installed is younger than the lock file that it read. */
function upToDate() {
  const installed = join(directory, 'node_modules', '.package-lock.json');
  const lock = join(directory, 'package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
}
