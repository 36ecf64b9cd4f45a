import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { systemClock } from '../../../shared/edge/adapters/system-clock.ts';
import type { Login, SealedSnapshot, Snapshots } from '../../../shared/edge/ports/snapshots.ts';
import type { ServerAddress, SqlSession } from '../../../shared/edge/ports/sql.ts';
import { type DataRoot, openDataRoot } from '../../../workers/hosts/data-root.ts';
import { openProcessHost } from '../../../workers/hosts/process/open-process-host.ts';
import { openSnapshots, type SnapshotAdmin } from '../../../workers/snapshots/open-snapshots.ts';

/** A data root of its own with a directory for files; leaving the scope removes both. */
export interface SnapshotLab extends AsyncDisposable {
  readonly dir: string;
  readonly root: string;
  readonly dataRoot: DataRoot;
  readonly snapshots: Snapshots & SnapshotAdmin;
  write(file: string, text: string): Promise<string>;
  /** Does something with a clone of it, as our superuser. */
  on<T>(snapshot: SealedSnapshot, body: (clone: ServerAddress) => Promise<T>): Promise<T>;
  /** Asks a clone of it one question, as our superuser or another role. */
  ask<Row>(snapshot: SealedSnapshot, sql: string, login?: Login): Promise<readonly Row[]>;
}

export async function openSnapshotLab(): Promise<SnapshotLab> {
  const home = await mkdtemp(join(tmpdir(), 'rehearsal-lab-'));
  await chmod(home, 0o755);
  await using failed = new AsyncDisposableStack();
  failed.defer(() => rm(home, { recursive: true, force: true }));
  const [root, bundleDir] = [join(home, 'root'), join(home, 'bundle')];
  await mkdir(bundleDir);
  const dataRoot = failed.use(await openDataRoot(root));
  const parts = { dataRoot, sql: pgSql, clock: systemClock };
  const host = await openProcessHost(parts);
  const held = failed.move();
  const cloneOf = (snapshot: SealedSnapshot) => {
    const owner = { rehearsalId: 'rh-0123456789abcdef', runId: 'control', expiresAt: new Date(Date.now() + 600_000) };
    return host.clone({ snapshot, owner, bundleDir, toolsDir: home, settings: {} });
  };
  return {
    dir: home,
    root,
    dataRoot,
    snapshots: await openSnapshots(parts),
    async write(file, text) {
      await writeFile(join(home, file), text);
      return join(home, file);
    },
    async on(snapshot, body) {
      await using clone = await cloneOf(snapshot);
      // Awaited here: the scope ends the clone.
      return await body(clone.admin);
    },
    async ask<Row>(snapshot: SealedSnapshot, sql: string, login?: Login) {
      await using clone = await cloneOf(snapshot);
      await using session: SqlSession = await pgSql.connect({ ...clone.admin, ...login }, 'rehearsal/test');
      // Awaited here: the scope ends the session.
      return await session.query<Row>(sql);
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
