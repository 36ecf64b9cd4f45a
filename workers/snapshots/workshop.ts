import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BulkSession, BulkSql } from '../../shared/edge/ports/bulk-sql.ts';
import type { Clock } from '../../shared/edge/ports/clock.ts';
import type { Login } from '../../shared/edge/ports/snapshots.ts';
import { copyTree } from '../hosts/copy-tree.ts';
import type { DataRoot } from '../hosts/data-root.ts';
import { type RunningServer, startServer } from '../hosts/process/postmaster.ts';
import type { ProcessGroups } from '../hosts/process/process-group.ts';
import type { Runtime } from '../hosts/process/runtime.ts';
import { giveToServer } from '../hosts/process/users.ts';
import { configurationFile } from '../hosts/server-settings.ts';
import { makeWorkspace, removeWorkspace } from '../hosts/workspace.ts';
import { adminRole, baseCluster } from './base-cluster.ts';

export interface WorkshopParts {
  readonly dataRoot: DataRoot;
  readonly clock: Clock;
  readonly bulk: BulkSql;
  readonly groups: ProcessGroups;
  readonly runtime: Runtime;
}

/** Longer than any import, short enough that a crash does not keep the disk full for days. */
const workExpiresMs = 12 * 3_600_000;

/** A new, empty server on which a snapshot is made; leaving the scope stops it and removes its data. */
export interface Workshop extends AsyncDisposable {
  readonly major: number;
  readonly pgdata: string;
  /** A session as our superuser, or as another role with its password. */
  connect(database: string, login?: Login): Promise<BulkSession>;
  /** Stops the server with a checkpoint; its data may then be taken away. */
  stopCleanly(): Promise<void>;
}

/** What a workshop's server starts on. */
export interface Foundation {
  /** Makes the data directory at this path, the server's own. */
  readonly lay: (pgdata: string) => Promise<void>;
  readonly admin: Login;
  readonly settings?: Readonly<Record<string, string>>;
}

/** `signal` stops the server at once: whoever works on it hears that its session ended. */
export async function openWorkshop(parts: WorkshopParts, major: number, signal?: AbortSignal): Promise<Workshop> {
  const { dataRoot } = parts;
  const base = await baseCluster(dataRoot, await parts.runtime.postgres(major), major);
  const lay = (pgdata: string) => copyTree(join(base, 'pgdata'), pgdata, dataRoot.method);
  const admin = { user: adminRole, password: await readFile(join(base, 'password'), 'utf8') };
  return openWorkshopOn(parts, major, { lay, admin }, signal);
}

export async function openWorkshopOn(
  parts: WorkshopParts,
  major: number,
  { lay, admin, settings = {} }: Foundation,
  signal?: AbortSignal,
): Promise<Workshop> {
  const { dataRoot, clock, groups } = parts;
  const programs = await parts.runtime.postgres(major);
  const expiresAt = new Date(clock.wallTime().getTime() + workExpiresMs);
  const workspace = await makeWorkspace(dataRoot.scratch, { rehearsalId: 'snapshot', runId: 'snapshot', expiresAt });
  await using failed = new AsyncDisposableStack();
  failed.defer(() => removeWorkspace(workspace));
  const [pgdata, logDirectory] = [join(workspace.dir, 'pgdata'), join(workspace.dir, 'log')];
  await lay(pgdata);
  await writeFile(join(pgdata, 'postgresql.conf'), configurationFile({}, settings));
  await mkdir(logDirectory, { mode: 0o700 });
  await giveToServer(logDirectory);
  const place = { id: workspace.id, program: programs.postgres, pgdata, logDirectory, groups, clock };
  signal?.throwIfAborted();
  const server = await startServer(place);
  failed.defer(() => server.stop('immediate'));
  // A server that does not stop is told of when the scope is left.
  const stopNow = () => void server.stop('immediate').catch(() => undefined);
  signal?.addEventListener('abort', stopNow);
  failed.defer(async () => signal?.removeEventListener('abort', stopNow));
  signal?.throwIfAborted();
  return workshopOn(parts, server, { major, pgdata, admin }, failed.move());
}

interface Made {
  readonly major: number;
  readonly pgdata: string;
  readonly admin: Login;
}

function workshopOn(parts: WorkshopParts, server: RunningServer, made: Made, held: AsyncDisposableStack): Workshop {
  return {
    major: made.major,
    pgdata: made.pgdata,
    connect: (database, login = made.admin) =>
      parts.bulk.connect({ host: '127.0.0.1', port: server.port, database, ...login }, 'rehearsal/snapshot'),
    stopCleanly: () => server.stop('fast'),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
