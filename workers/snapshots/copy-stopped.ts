import { execFile } from 'node:child_process';
import { chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RehearsalError } from '../../shared/domain/problem.ts';
import type { Login } from '../../shared/edge/ports/snapshots.ts';
import { copyTree } from '../hosts/copy-tree.ts';
import { type SystemUser, serverUser } from '../hosts/process/users.ts';
import { adminRole, hostAccess, namedUser } from './base-cluster.ts';
import { isCapturedSetting } from './capture-workload.ts';
import { exists, majorOfPgdata, readControlFile, walFileName, walSegmentBytes } from './pg-control.ts';

export interface StoppedCluster {
  readonly pgdata: string;
  readonly major: number;
  readonly stoppedAt: Date;
  /** Names the cluster and its last moment. */
  readonly identity: Buffer;
  readonly settings: Readonly<Record<string, string>>;
}

/** Throws RehearsalError `unusable-pgdata` (fault bundle) for what is no data directory, or was not stopped cleanly. */
export async function readStoppedCluster(pgdata: string): Promise<StoppedCluster> {
  const major = await majorOfPgdata(pgdata).catch(unreadable(pgdata));
  if (major === undefined)
    throw unusable(
      `${pgdata} is no data directory: it has no PG_VERSION`,
      'give the directory that SHOW data_directory names',
    );
  if (await exists(join(pgdata, 'postmaster.pid'))) {
    throw unusable(
      `${pgdata} has a postmaster.pid: its server runs, or did not end by itself`,
      `stop it: pg_ctl stop -D ${pgdata} -m fast`,
    );
  }
  const control = await readControlFile(pgdata).catch(unreadable(pgdata));
  const marks = ['backup_label', 'standby.signal', 'recovery.signal'];
  const found = await Promise.all(marks.map(async (mark) => ((await exists(join(pgdata, mark))) ? [mark] : [])));
  const [mark] = found.flat();
  if (!control.isCleanlyStopped || mark !== undefined) {
    const why = mark === undefined ? 'it would have to recover first' : `it has a ${mark}`;
    throw unusable(
      `${pgdata} was not stopped cleanly: ${why}`,
      `start it, promote a standby, then stop it: pg_ctl stop -D ${pgdata} -m fast`,
    );
  }
  const elsewhere = await readdir(join(pgdata, 'pg_tblspc'));
  if (elsewhere.length > 0) {
    throw unusable(
      `${pgdata} keeps tables in ${elsewhere.length} other places (tablespaces)`,
      'read it while it runs: --from dsn URL',
    );
  }
  const files = await Promise.all(
    ['postgresql.conf', 'postgresql.auto.conf'].map((name) => readIfThere(join(pgdata, name))),
  );
  const settings = Object.assign({}, ...files.map(settingsOf));
  return { pgdata, major, stoppedAt: control.writtenAt, identity: control.bytes, settings };
}

/** Everything else is empty after a clean stop, or is nobody's business: logs, statistics, replication slots. */
const copied = ['base', 'global', 'pg_commit_ts', 'pg_multixact', 'pg_xact'];
const empty =
  'pg_dynshmem pg_logical pg_logical/mappings pg_logical/snapshots pg_notify pg_replslot pg_serial pg_snapshots pg_stat pg_stat_tmp pg_subtrans pg_tblspc pg_twophase pg_wal pg_wal/archive_status'.split(
    ' ',
  );

/** Copies what a server needs to start, and of its WAL the one file where it starts. */
async function copyFiles(
  from: string,
  to: string,
  owner: SystemUser | undefined,
  more: readonly string[],
): Promise<void> {
  const give = (path: string) => (owner === undefined ? undefined : chown(path, owner.uid, owner.gid));
  const changes = {
    mode: (mode: number, kind: string) => (kind === 'directory' ? 0o700 : mode | 0o600),
    ...(owner && { owner }),
  };
  await mkdir(to, { mode: 0o700 });
  for (const dir of copied) {
    if (await exists(join(from, dir))) await copyTree(join(from, dir), join(to, dir), 'copy', changes);
  }
  for (const dir of empty) {
    await mkdir(join(to, dir), { mode: 0o700 });
    await give(join(to, dir));
  }
  await rm(join(to, 'base', 'pgsql_tmp'), { recursive: true, force: true });
  const { timeline, checkpoint } = await readControlFile(from);
  const wal = join('pg_wal', walFileName(timeline, checkpoint, await walSegmentBytes(from)));
  const asItIs = await Promise.all(
    ['PG_VERSION', wal, ...more].map(async (name) => [name, await readFile(join(from, name))] as const),
  );
  const made = { ...Object.fromEntries(asItIs), 'pg_hba.conf': hostAccess, 'pg_ident.conf': '', 'postgresql.conf': '' };
  for (const [name, content] of Object.entries(made)) {
    await writeFile(join(to, name), content, { mode: 0o600 });
    await give(join(to, name));
  }
  await give(to);
}

/** A copy that a server of ours can run on, and in which we have a role of our own; `more` files are copied, too. */
export async function copyStopped(
  from: string,
  to: string,
  postgres: string,
  login: Login,
  more: readonly string[] = [],
): Promise<void> {
  // A server that runs alone refuses, like initdb, a user number without a name.
  const owner = await namedUser();
  await copyFiles(from, to, owner, more);
  await letUsIn(postgres, to, login, owner);
  const server = serverUser();
  if (server !== undefined) await promisify(execFile)('chown', ['-R', `${server.uid}:${server.gid}`, to]);
}

/** Nobody knows a password of that cluster: its server, alone and without a network, gives us a role of our own. */
async function letUsIn(
  postgres: string,
  pgdata: string,
  { user, password }: Login,
  runsAs: SystemUser | undefined,
): Promise<void> {
  const settings = ['-c', 'dynamic_shared_memory_type=mmap', '-c', 'fsync=off', '-c', 'huge_pages=off'];
  const asked = promisify(execFile)(postgres, ['--single', '-D', pgdata, ...settings, 'template1'], {
    ...runsAs,
    cwd: pgdata,
    env: { LANG: 'C.UTF-8', TZ: 'UTC', PATH: '/usr/bin:/bin', HOME: pgdata },
  });
  const powers = `SUPERUSER LOGIN PASSWORD '${password}'`;
  // The first of the two fails where it is there already, which a server alone only says.
  asked.child.stdin?.end(`CREATE ROLE ${user}\nALTER ROLE ${user} ${powers}\n`);
  await asked.catch((cause: unknown) => {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : String(cause);
    const reason = /FATAL:\s*(.*)/.exec(said)?.[1] ?? said.trim().split('\n').at(-1) ?? '';
    throw unusable(`its server does not start here: ${reason}`, 'read it where it runs: --from dsn URL', cause);
  });
}

export const ourLogin = (password: string): Login => ({ user: adminRole, password });

/** `name = value` lines, the value quoted or not; later ones win. */
function settingsOf(text: string): Readonly<Record<string, string>> {
  const pairs = [...text.matchAll(/^\s*([a-z_]+)\s*=?\s*(?:'((?:[^']|'')*)'|([^\s#']+))/gim)];
  return Object.fromEntries(
    pairs
      .filter(([, name]) => isCapturedSetting(name ?? ''))
      .map(([, name = '', quoted, plain]) => [name, quoted?.replaceAll("''", "'") ?? plain ?? '']),
  );
}

const readIfThere = async (path: string): Promise<string> => ((await exists(path)) ? readFile(path, 'utf8') : '');

const unreadable =
  (pgdata: string) =>
  (cause: unknown): never => {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw unusable(
      `${pgdata} cannot be read (${String(cause.code)})`,
      'give a directory that you may read, as its owner or as root',
      cause,
    );
  };

const unusable = (detail: string, remedy: string, cause?: unknown): RehearsalError =>
  new RehearsalError('bundle', 'unusable-pgdata', detail, remedy, { cause });
