import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { environment, root } from './install.mjs';

/**
 * The migration tools that are rehearsed in tests, from a lock file of their own: whoever only starts the service never
 * installs them.
 */
export function ensureToolPackages() {
  return ensureInstalled('test/tools/packages');
}

const applications = ['feature-flags', 'shop'].map((name) => `test/applications/packages/${name}`);

/** Whole applications are 300 MB on disk and take minutes to install: only where somebody asks for them. */
export function ensureApplicationPackages() {
  if (process.env.REHEARSAL_APPLICATIONS !== 'all') {
    const command = 'REHEARSAL_APPLICATIONS=all npm test -- tools';
    return { ok: false, says: `installed and rehearsed by ${command}` };
  }
  // None of them needs a script of its own to run, and some of those would compile something.
  const installed = applications.map((path) => ensureInstalled(path, '--ignore-scripts'));
  return { ok: installed.every(({ ok }) => ok), says: installed.map(({ says }) => says).join('; ') };
}

function ensureInstalled(path, ...more) {
  const directory = join(root, path);
  if (upToDate(directory)) return { ok: true, says: `the packages of ${path} are there` };
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', ...more];
  const npm = spawnSync('npm', args, { cwd: directory, encoding: 'utf8', env: environment });
  if (npm.status === 0) return { ok: true, says: `installed the packages of ${path}` };
  return { ok: false, says: `npm install in ${path} did not succeed:\n${npm.stderr ?? npm.error?.message}` };
}

/** npm's own list of what it installed is younger than the lock file that it read. */
function upToDate(directory) {
  const installed = join(directory, 'node_modules', '.package-lock.json');
  const lock = join(directory, 'package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
}
