import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { apt, hasProgram } from './debian.mjs';
import { root } from './install.mjs';

const kept = join(root, 'node_modules', '.cache', 'promtool');
const packageName = 'prometheus';

/** This machine's own, else the one that set-up laid into the checkout; undefined: neither is there. */
export function findPromtool() {
  const places = (process.env.PATH ?? '').split(delimiter).filter((place) => place !== '');
  return [...places.map((place) => join(place, 'promtool')), join(kept, 'promtool')].find(existsSync);
}

/**
 * What reads alert rules. It is taken out of the distribution's package, which is not installed: that would start a
 * server that nobody asked for, and again at every boot.
 */
export function ensurePromtool({ install }) {
  const there = findPromtool();
  if (there !== undefined) return { ok: true, says: `${there} is there` };
  const canTake = hasProgram('apt-get') && hasProgram('dpkg-deb');
  if (!canTake) return { ok: false, says: 'missing: promtool, which comes with Prometheus' };
  if (!install) return { ok: false, says: `missing: promtool; REHEARSAL_INSTALL=1 takes it out of ${packageName}` };
  mkdirSync(kept, { recursive: true });
  const draft = mkdtempSync(join(kept, 'draft-'));
  try {
    const failure = download(draft) ?? takeOut(draft);
    return failure === undefined
      ? { ok: true, says: `took promtool out of ${packageName}` }
      : { ok: false, says: failure };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Undefined where it worked, else a sentence. */
function download(directory) {
  const done = apt(['download', packageName], { cwd: directory });
  return done.status === 0 ? undefined : `apt-get download ${packageName} failed: ${lastLine(done)}`;
}

/** A renamed file is whole, however many set-ups do it at once. */
function takeOut(directory) {
  const archive = readdirSync(directory).find((name) => name.endsWith('.deb'));
  const script = 'dpkg-deb --fsys-tarfile "$0" | tar -x ./usr/bin/promtool';
  const done = spawnSync('sh', ['-c', script, archive], { cwd: directory, encoding: 'utf8' });
  if (done.status !== 0) return `${archive} has no promtool: ${lastLine(done)}`;
  renameSync(join(directory, 'usr', 'bin', 'promtool'), join(kept, 'promtool'));
  return undefined;
}

const lastLine = ({ stderr, error }) => (stderr || error?.message || '').trim().split('\n').at(-1);
