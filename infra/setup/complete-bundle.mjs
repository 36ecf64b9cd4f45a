import { constants } from 'node:fs';
import { cp, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/**
 * Copies a bundle and adds what its package.json depends on, from the modules of this checkout, so that bundles in
 * version control stay small while what is rehearsed carries its own modules. A bundle without package.json is copied
 * as it is.
 */
export async function completeBundle(sourceDir, targetDir, checkoutDir = resolve(import.meta.dirname, '../..')) {
  await copy(sourceDir, targetDir);
  for (const packageDir of await closureOf(sourceDir, checkoutDir)) {
    await copy(packageDir, join(targetDir, packageDir.slice(checkoutDir.length + 1)), unread);
  }
}

/** Directories of all packages that are needed, direct and indirect, where Node would find them. */
async function closureOf(bundleDir, checkoutDir) {
  const manifest = await packageAt(bundleDir);
  const found = new Set();
  const open = Object.keys(manifest?.dependencies ?? {}).map((name) => ({ name, from: checkoutDir, optional: false }));
  for (let wanted = open.pop(); wanted !== undefined; wanted = open.pop()) {
    const packageDir = await locate(wanted.name, wanted.from, checkoutDir);
    if (packageDir === undefined) {
      if (wanted.optional) continue;
      throw new Error(
        `The bundle ${bundleDir} needs the package ${wanted.name}, which is not installed in ${checkoutDir}: run npm install there.`,
      );
    }
    if (found.has(packageDir)) continue;
    found.add(packageDir);
    open.push(...neededBy(packageDir, await packageAt(packageDir)));
  }
  return [...found];
}

/**
 * Peers come along where they are there; those that a package itself calls optional must be named in the bundle's own
 * package.json, or every adapter of a tool would bring its driver.
 */
function neededBy(packageDir, { dependencies = {}, optionalDependencies = {}, ...manifest }) {
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
  const wanted = (names, optional) => names.map((name) => ({ name, from: packageDir, optional }));
  const required = Object.keys(dependencies).filter((name) => !(name in optionalDependencies));
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [...wanted(required, false), ...wanted([...Object.keys(optionalDependencies), ...peers], true)];
}

/** Looks in each node_modules from `from` up to the checkout, as Node does. */
async function locate(name, from, checkoutDir) {
  for (let directory = from; ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', name);
    if (await exists(join(candidate, 'package.json'))) return candidate;
    if (directory === checkoutDir) return undefined;
  }
}

async function packageAt(directory) {
  const path = join(directory, 'package.json');
  return (await exists(path)) ? JSON.parse(await readFile(path, 'utf8')) : undefined;
}

const exists = (path) =>
  stat(path).then(
    () => true,
    (error) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );

/** What no program reads; with it some packages have three times as many files, and each run copies all of them. */
const unread = /\.(map|md|d\.[cm]?ts)$/;

/** Links are kept as they are written; a package's nested modules come along only where they are needed themselves. */
async function copy(from, to, without = /^$/) {
  await mkdir(to, { recursive: true });
  const nested = join(from, 'node_modules');
  const filter = (path) => path !== nested && !without.test(path);
  await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true, filter });
}
