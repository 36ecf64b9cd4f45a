import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { RehearsalError } from '../shared/domain/problem.ts';
import { makerUser, ownPrograms, serviceUser } from './own-programs.ts';

export interface OwnPostgres extends AsyncDisposable {
  /** Of the database that holds the store's tables and the queue. */
  readonly url: string;
  /** Settles when the server ended, asked or not. */
  readonly ended: Promise<void>;
}

/**
 * Our own PostgreSQL below `<dataRoot>/service`, made on first use and kept. A server that an earlier, killed owner
 * left running is stopped first; leaving the scope stops this one. Throws RehearsalError `own-postgres`.
 */
export async function startOwnPostgres(dataRoot: string): Promise<OwnPostgres> {
  const home = join(dataRoot, 'service');
  await mkdir(home, { recursive: true });
  for (const directory of [dataRoot, home]) await letThrough(directory);
  const programs = await ownPrograms(join(home, 'programs'));
  const pgdata = join(home, 'postgres');
  const password = await initialized(home, pgdata, programs.initdb);
  await stopLeftOver(pgdata);
  const port = await portOf(home);
  const logFile = join(home, 'postgres.log');
  const server = await launch(programs.postgres, pgdata, port, logFile);
  const ended = once(server, 'exit').then(() => undefined);
  try {
    await waitUntilReady(pgdata, server, logFile);
    await makeDatabase(port, password);
  } catch (error) {
    await stop(server, ended);
    throw error;
  }
  return {
    url: `postgresql://${superuser}:${password}@127.0.0.1:${port}/${database}`,
    ended,
    [Symbol.asyncDispose]: () => stop(server, ended),
  };
}

/** The server's own user has to pass through what is ours, and may list nothing of it. */
async function letThrough(directory: string): Promise<void> {
  const { mode } = await stat(directory);
  if ((mode & 0o111) !== 0o111) await chmod(directory, (mode & 0o7777) | 0o111);
}

const superuser = 'rehearsal';
const database = 'rehearsal';
const startMs = 60_000;

/**
 * The password. All is made beside its final place and moved there whole, so that a killed first start can be repeated.
 */
async function initialized(home: string, pgdata: string, initdb: string): Promise<string> {
  const passwordFile = join(home, 'password');
  // What cannot be read is not there yet: making it says what is wrong.
  const known = await readFile(passwordFile, 'utf8').catch(() => undefined);
  const isThere = await readFile(join(pgdata, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (known !== undefined && isThere !== undefined) return known;
  const draft = join(home, 'draft');
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  const password = randomBytes(24).toString('hex');
  await writeFile(join(draft, 'password'), password);
  const maker = makerUser();
  await give(draft, maker);
  const args = ['-D', join(draft, 'postgres'), '-U', superuser, `--pwfile=${join(draft, 'password')}`];
  const more = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8'];
  await promisify(execFile)(initdb, [...args, ...more], { ...maker, cwd: '/' });
  await give(join(draft, 'postgres'), serviceUser());
  await writeFile(passwordFile, password, { mode: 0o600 });
  await rename(join(draft, 'postgres'), pgdata);
  await rm(draft, { recursive: true });
  return password;
}

async function give(path: string, user: { readonly uid?: number; readonly gid?: number }): Promise<void> {
  if (user.uid !== undefined) await promisify(execFile)('chown', ['-R', `${user.uid}:${user.gid}`, path]);
}

/** postmaster.pid names the server of an earlier owner; a number that another program has by now is left alone. */
async function stopLeftOver(pgdata: string): Promise<void> {
  const [pidLine] = (await readFile(join(pgdata, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(pidLine);
  if (!Number.isInteger(pid) || pid <= 1 || !(await isServerOn(pid, pgdata))) {
    await rm(join(pgdata, 'postmaster.pid'), { force: true });
    return;
  }
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + startMs;
  while (await isServerOn(pid, pgdata)) {
    if (Date.now() > deadline) throw failed(`an earlier server (process ${pid}) does not stop`, `Stop process ${pid}.`);
    await delay(50);
  }
}

async function isServerOn(pid: number, pgdata: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.split('\0').includes(pgdata);
}

/** The port of the last start where it is free, so that addresses in notes and shells stay true. */
async function portOf(home: string): Promise<number> {
  const file = join(home, 'port');
  const last = Number(await readFile(file, 'utf8').catch(() => '0'));
  const port = (await freePort(last)) ?? (await freePort(0));
  if (port === undefined) throw failed('no port is free', 'Close programs that hold ports.');
  await writeFile(file, String(port));
  return port;
}

async function freePort(wanted: number): Promise<number | undefined> {
  const probe = createServer();
  try {
    probe.listen(wanted, '127.0.0.1');
    await once(probe, 'listening');
    const address = probe.address();
    return typeof address === 'object' && address !== null ? address.port : undefined;
  } catch {
    // Taken: the caller asks for another.
    return undefined;
  } finally {
    probe.close();
  }
}

async function launch(postgres: string, pgdata: string, port: number, logFile: string): Promise<ChildProcess> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '64MB',
    logging_collector: 'off',
    log_timezone: 'UTC',
    timezone: 'UTC',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  await using log = await open(logFile, 'w', 0o600);
  const args = ['-D', pgdata, '-p', String(port), ...flags];
  // A group of its own: Ctrl-C in a terminal reaches us, and we stop it after those who use it.
  const server = spawn(postgres, args, {
    ...serviceUser(),
    cwd: '/',
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { LANG: 'C.UTF-8', TZ: 'UTC' },
  });
  await once(server, 'spawn');
  return server;
}

/** The eighth line of postmaster.pid becomes `ready` once connections are accepted; pg_ctl looks there too. */
async function waitUntilReady(pgdata: string, server: ChildProcess, logFile: string): Promise<void> {
  const deadline = Date.now() + startMs;
  while (server.exitCode === null && server.signalCode === null && Date.now() < deadline) {
    const lines = (await readFile(join(pgdata, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === server.pid && lines[7]?.trim() === 'ready') return;
    await delay(20);
  }
  const log = await readFile(logFile, 'utf8').catch(() => '');
  throw failed(`it did not start: ${log.trim().split('\n').slice(-3).join(' / ')}`, `Read ${logFile}.`);
}

async function makeDatabase(port: number, password: string): Promise<void> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: superuser, password, database: 'postgres' });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${database}`);
  } finally {
    await client.end();
  }
}

/** A fast shutdown: clients are cut off, everything is written, the next start needs no recovery. */
async function stop(server: ChildProcess, ended: Promise<void>): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) server.kill('SIGINT');
  await ended;
}

function failed(detail: string, remedy: string): RehearsalError {
  return new RehearsalError('machine', 'own-postgres', `The service's own PostgreSQL: ${detail}.`, remedy);
}
