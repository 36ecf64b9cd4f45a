import { spawn, spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aptInstall, commandFor, hasProgram, mayInstall } from './debian.mjs';
import { debianTools } from './debian-tools.mjs';
import { removeForgottenProjects } from './forgotten-projects.mjs';
import { environment, nodeBinary, root } from './install.mjs';

const startWaitMs = 60_000;
const stopWaitMs = 30_000;

/**
 * An engine that answers, with the images that clones need. With `install`, what is missing is installed, started and
 * built;
 * `stop` and `pid` are there only where the daemon is ours and must end with us.
 */
export function ensureDocker({ install }) {
  const there = engineVersion();
  if (there !== undefined) return withImages(install, { ok: true, says: `engine ${there} answers` });
  if (process.platform !== 'linux') return { ok: false, says: 'no engine answers: start Docker Desktop' };
  if (!install || !mayInstall()) return { ok: false, says: `no engine answers: ${commandFor('docker.io')} && dockerd` };
  let did = 'started dockerd';
  if (!hasProgram('dockerd')) {
    const failure = aptInstall('docker.io');
    if (failure !== undefined) return { ok: false, says: failure };
    did = 'installed docker.io and started dockerd';
  }
  const daemon = startDaemon();
  if (engineVersion() === undefined) {
    daemon.stop();
    return {
      ok: false,
      says: `dockerd does not answer after ${startWaitMs / 1000} s; its last words:\n${daemon.log()}`,
    };
  }
  removeForgottenProjects();
  return withImages(install, {
    ok: true,
    says: `${did} (engine ${engineVersion()})`,
    stop: daemon.stop,
    pid: daemon.pid,
  });
}

export const ensureRedis = ({ install }) => ensureProgram('redis-server', 'redis-server', install);
export const ensureChromium = ({ install }) => ensureProgram('/usr/bin/chromium', 'chromium', install);
export const ensureCompose = ({ install }) => ensureProgram('docker-compose', 'docker-compose', install);
export const ensureFaketime = ({ install }) =>
  ensureProgram(
    `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`,
    'libfaketime',
    install,
  );
export const ensureXfs = ({ install }) => ensureProgram('mkfs.xfs', 'xfsprogs', install);

/** psql and pgbench, and the drivers of two other languages, in one call. */
export function ensureClients({ install }) {
  const looks = {
    'postgresql-client-15': () => hasProgram('/usr/lib/postgresql/15/bin/psql'),
    // The distribution keeps pgbench with the server.
    'postgresql-15': () => hasProgram('/usr/lib/postgresql/15/bin/pgbench'),
    'python3-psycopg2': () => succeeds('/usr/bin/python3', ['-c', 'import psycopg2']),
    'ruby-pg': () => succeeds('/usr/bin/ruby', ['-e', "require 'pg'"]),
    // Java itself would be the larger part of all of them: only where somebody has it.
    'libpostgresql-jdbc-java': () => !succeeds('java', ['-version']) || existsSync('/usr/share/java/postgresql.jar'),
  };
  const missing = Object.keys(looks).filter((name) => !looks[name]());
  if (missing.length === 0) return { ok: true, says: 'psql, pgbench and the drivers of other languages are there' };
  const made = ensure(missing, install);
  // The package makes and starts a cluster that nobody asked for.
  if (made.ok && missing.includes('postgresql-15')) spawnSync('pg_dropcluster', ['--stop', '15', 'main']);
  return made;
}

const succeeds = (program, args) => spawnSync(program, args, { timeout: 20_000 }).status === 0;

function ensureProgram(program, name, install) {
  return hasProgram(program) ? { ok: true, says: `${program} is there` } : ensure([name], install);
}

function ensure(names, install) {
  if (!install || !mayInstall()) return { ok: false, says: `missing: ${commandFor(names.join(' '))}` };
  const failure = aptInstall(...names);
  return failure === undefined ? { ok: true, says: `installed ${names.join(', ')}` } : { ok: false, says: failure };
}

export function ensureDebianTools({ install }) {
  const asked = spawnSync('dpkg-query', ['-W', '-f', `\${db:Status-Status}\n`, ...debianTools], { encoding: 'utf8' });
  const there = asked.status === 0 && asked.stdout.split('\n').filter((line) => line === 'installed').length;
  if (there === debianTools.length) return { ok: true, says: `${debianTools.join(', ')} are there` };
  if (!install || !mayInstall()) return { ok: false, says: commandFor(debianTools.join(' ')) };
  const failure = aptInstall(...debianTools);
  return failure === undefined
    ? { ok: true, says: `installed ${debianTools.join(', ')}` }
    : { ok: false, says: failure };
}

/** The images of machines without a registry; without `install` the engine's own must do. */
function withImages(install, engine) {
  if (!install) return engine;
  // The Redis image is made of this machine's server.
  const redis = ensureRedis({ install });
  const tools = ensureDebianTools({ install });
  const ours = [...(redis.ok ? ['redis'] : []), ...(tools.ok ? ['debian-tools'] : [])];
  const names = ['postgres:15', 'postgres:17', 'postgres:18', 'node:24', 'service', ...ours];
  const args = [join(root, 'infra', 'images', 'build.ts'), ...names.map((name) => `rehearsal/${name}`)];
  const built = spawnSync(nodeBinary, args, { encoding: 'utf8', env: environment, timeout: 600_000 });
  if (built.status === 0) return { ...engine, says: `${engine.says}; images:\n${built.stdout.trim()}` };
  engine.stop?.();
  return { ok: false, says: `the images could not be built:\n${built.stdout}${built.stderr}` };
}

/** The daemon of an engine of ours; returns when it answers, or has ended. */
export function startDaemon() {
  const logFile = join(tmpdir(), 'rehearsal-dockerd.log');
  const log = openSync(logFile, 'w');
  const daemon = spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log] });
  daemon.unref();
  // Event handlers do not run while we wait below, so the process table is asked instead.
  const isGone = () => !existsSync(`/proc/${daemon.pid}`) || /^State:\s+Z/m.test(statusOf(daemon.pid));
  waitUntil(() => engineVersion() !== undefined || isGone(), startWaitMs);
  return {
    pid: daemon.pid,
    log: () => readFileSync(logFile, 'utf8').split('\n').slice(-8).join('\n'),
    stop: () => {
      if (isGone()) return;
      process.kill(daemon.pid, 'SIGTERM');
      waitUntil(isGone, stopWaitMs);
    },
  };
}

function statusOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return 'State:\tZ';
    throw error;
  }
}

function waitUntil(condition, limitMs) {
  const deadline = Date.now() + limitMs;
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (!condition() && Date.now() < deadline) Atomics.wait(cell, 0, 0, 200);
}

/** Undefined where no engine answers, or it refuses us. */
export function engineVersion() {
  const asked = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}
