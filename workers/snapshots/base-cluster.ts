import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { promisify } from 'node:util';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { lockFile } from '../../shared/edge/adapters/directory-lock.ts';
import { copyTree } from '../hosts/copy-tree.ts';
import type { DataRoot } from '../hosts/data-root.ts';
import type { PostgresPrograms } from '../hosts/process/runtime.ts';
import { type SystemUser, serverUser } from '../hosts/process/users.ts';
import { removeTree } from '../hosts/remove-tree.ts';

/** Our own superuser, under a name that no dump uses. */
export const adminRole = 'rehearsal_admin';
const makeWaitMs = 120_000;

/** Every login asks for a password, from wherever the server listens: on a clone host that is nowhere public. */
export const hostAccess = 'host all all all scram-sha-256\nhost replication all all scram-sha-256\n';

/**
 * An empty cluster in C.UTF-8, made once per version: `pgdata` and, readable by us only, the superuser's `password`.
 * It stands for the second that initdb takes.
 */
export async function baseCluster(dataRoot: DataRoot, programs: PostgresPrograms, major: number): Promise<string> {
  const base = join(dataRoot.tools, `base-${programs.version}`);
  await using _ = await lockFile(join(dataRoot.locks, `base-${programs.version}`), makeWaitMs);
  if (await exists(base)) return base;
  const draft = `${base}.draft`;
  await removeTree(draft);
  await mkdir(draft, { mode: 0o711 });
  await initialize(draft, programs.initdb, major);
  await rename(draft, base);
  return base;
}

async function initialize(draft: string, initdb: string, major: number): Promise<void> {
  const user = await namedUser();
  if (user !== undefined) await requireOpenWay(draft);
  const [room, passwordFile] = [join(draft, 'room'), join(draft, 'password')];
  await mkdir(room, { mode: 0o700 });
  await writeFile(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  if (user !== undefined) for (const path of [room, passwordFile]) await chown(path, user.uid, user.gid);
  const fixed = ['--auth=scram-sha-256', '--encoding=UTF8', '--no-sync', '--no-instructions'];
  const args = ['-D', join(room, 'pgdata'), '-U', adminRole, '--pwfile', passwordFile, ...fixed, ...locale(major)];
  const env = { LANG: 'C.UTF-8', TZ: 'UTC', PATH: '/usr/bin:/bin' };
  await promisify(execFile)(initdb, args, { ...user, env, cwd: draft }).catch(refuse);
  await writeFile(join(room, 'pgdata', 'pg_hba.conf'), hostAccess);
  const owner = serverUser();
  await copyTree(join(room, 'pgdata'), join(draft, 'pgdata'), 'copy', owner === undefined ? {} : { owner });
  await removeTree(room);
  if (user !== undefined) await chown(passwordFile, 0, 0);
}

/** Not every C library knows C.UTF-8, and from 17 on the server brings its own. */
function locale(major: number): readonly string[] {
  if (process.platform === 'linux' || major < 17) return ['--locale=C.UTF-8'];
  return ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
}

/** initdb, unlike the server, refuses a user number without a name. */
export async function namedUser(): Promise<SystemUser | undefined> {
  if (serverUser() === undefined) return undefined;
  const entries = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const chosen = entries.find(([name]) => name === 'nobody') ?? entries.find(([, , uid]) => Number(uid) > 0);
  const [uid, gid] = [Number(chosen?.[2]), Number(chosen?.[3])];
  if (Number.isInteger(uid) && Number.isInteger(gid)) return { uid, gid };
  throw new RehearsalError(
    'machine',
    'no-unprivileged-user',
    '/etc/passwd names nobody but root, and initdb refuses to run as root',
    'add a user: useradd --system nobody',
  );
}

/** Servers run as somebody else than root, who must get through every directory above their data. */
async function requireOpenWay(dir: string): Promise<void> {
  const top = parse(dir).root;
  for (let here = dirname(await realpath(dir)); here !== top; here = dirname(here)) {
    if (((await stat(here)).mode & 0o001) !== 0) continue;
    throw new RehearsalError(
      'machine',
      'closed-data-root',
      `the data root lies in ${here}, which is closed to the unprivileged user that servers run as`,
      `chmod o+x ${here}, or put the data root elsewhere: REHEARSAL_DATA=/var/lib/rehearsal`,
    );
  }
}

function refuse(cause: unknown): never {
  const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
  throw new RehearsalError(
    'machine',
    'cluster-not-made',
    `initdb failed: ${said.split('\n').at(-1) ?? ''}`,
    'look at free disk and shared memory: df -h . /dev/shm',
    { cause },
  );
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
