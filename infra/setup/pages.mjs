import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment, nodeBinary, root } from './install.mjs';

const dist = join(root, 'services', 'web', 'dist');
const sources = ['services/web', 'shared/domain', 'shared/plan', 'shared/report', 'package-lock.json'];
/** What a build that was killed left is nobody's after so long. */
const abandonedMs = 3_600_000;

/**
 * Builds the pages unless they are there as the sources say. Whatever is built has the sources' fingerprint for a name,
 * so any number of commands may do it at once. Says whether the pages are there.
 */
export function ensurePages() {
  const fingerprint = fingerprintOf(sources.flatMap((source) => filesBelow(join(root, source))));
  const made = join(dist, fingerprint);
  if (!existsSync(join(made, 'report.html'))) {
    process.stderr.write('building the pages …\n');
    const draft = join(dist, `draft-${process.pid}`);
    const program = join(root, 'services', 'web', 'build.ts');
    const built = spawnSync(nodeBinary, [program, draft], {
      cwd: root,
      stdio: ['ignore', 2, 2],
      env: { ...environment, NODE_ENV: 'production' },
    });
    if (built.status !== 0) {
      rmSync(draft, { recursive: true, force: true });
      process.stderr.write('the pages could not be built: reports come as static pages\n');
      return false;
    }
    putInPlace(draft, made);
  }
  if (currentName() !== fingerprint) pointTo(fingerprint);
  return true;
}

function fingerprintOf(files) {
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

function filesBelow(path) {
  if (path === dist || path.endsWith('node_modules')) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}

function putInPlace(draft, made) {
  try {
    renameSync(draft, made);
  } catch (error) {
    // Another command was faster and built the same.
    if (!existsSync(join(made, 'report.html'))) throw error;
    rmSync(draft, { recursive: true, force: true });
  }
}

function currentName() {
  const pointer = join(dist, 'current');
  return existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : undefined;
}

/** Readers see the old pages or the new ones; what nobody points to is removed. */
function pointTo(fingerprint) {
  const draft = join(dist, `current-${process.pid}`);
  writeFileSync(draft, `${fingerprint}\n`);
  renameSync(draft, join(dist, 'current'));
  for (const name of readdirSync(dist)) {
    const path = join(dist, name);
    const kept = name === 'current' || name === fingerprint;
    if (kept || Date.now() - statSync(path).mtimeMs < abandonedMs) continue;
    rmSync(path, { recursive: true, force: true });
  }
}
