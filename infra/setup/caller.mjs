import { realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';

const { env } = process;

/** Where paths on the command line begin: npm starts a script in the package's directory and says where it was called. */
export function callersDirectory(root) {
  const isStartedByNpm = isBelowOwnScript(root) && env.npm_lifecycle_event === 'rehearse' && process.cwd() === root;
  return (isStartedByNpm ? env.INIT_CWD : undefined) ?? process.cwd();
}

/**
 * The caller's PATH. For a script of this checkout npm puts the programs of every package before it, where a bundle's
 * bare `tsc` would find ours; for scripts of others that is what their caller meant.
 */
export function callersPath(root) {
  const places = (env.PATH ?? '').split(delimiter);
  if (isBelowOwnScript(root)) {
    for (let place = root; ; place = dirname(place)) {
      if (places[0] === join(place, 'node_modules', '.bin')) places.shift();
      if (place === dirname(place)) break;
    }
    if (basename(places[0] ?? '') === 'node-gyp-bin') places.shift();
  }
  // An empty place would be the directory that a program happens to run in.
  return places.filter((place) => place !== '').join(delimiter);
}

/** Every process below a script of npm has its variables; they say whose script it was. */
function isBelowOwnScript(root) {
  if (env.npm_package_json === undefined) return false;
  try {
    return realpathSync(env.npm_package_json) === join(root, 'package.json');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
    throw error;
  }
}
