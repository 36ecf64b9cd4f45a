import { pgBulkSql } from '../../shared/edge/adapters/pg-bulk-sql.ts';
import type { BulkSql } from '../../shared/edge/ports/bulk-sql.ts';
import type { Clock } from '../../shared/edge/ports/clock.ts';
import type { Snapshots } from '../../shared/edge/ports/snapshots.ts';
import type { Sql } from '../../shared/edge/ports/sql.ts';
import type { DataRoot } from '../hosts/data-root.ts';
import { openCgroupGroups } from '../hosts/process/cgroup-groups.ts';
import { Runtime } from '../hosts/process/runtime.ts';
import { scannedGroups } from '../hosts/process/scanned-groups.ts';
import { buildFromSql, type SqlBuild } from './build-from-sql.ts';
import { type DumpRequest, importDump } from './import-dump.ts';
import { SnapshotStore, type StoredSnapshot } from './snapshot-store.ts';
import type { WorkshopParts } from './workshop.ts';

/** What people do with snapshots besides rehearsing on them. */
export interface SnapshotAdmin {
  /**
   * Makes a version of a named snapshot from a plain `pg_dump` file; every value goes through the policy on its way in.
   */
  fromDump(request: DumpRequest): Promise<StoredSnapshot>;
  /** Registers what SQL files make under a name. Paths are the caller's. */
  nameSql(build: SqlBuild): Promise<StoredSnapshot>;
  list(): Promise<readonly StoredSnapshot[]>;
  inspect(name: string, version?: string): Promise<StoredSnapshot>;
  /** Compares every byte of the sealed PGDATA with what was sealed; false: it has changed. */
  verify(name: string, version?: string): Promise<boolean>;
  /** Removes all but the newest `keep` versions of each name, and SQL snapshots not used for a week. */
  prune(keep: number): Promise<readonly StoredSnapshot[]>;
}

export interface SnapshotsOptions {
  readonly dataRoot: DataRoot;
  readonly sql: Sql;
  readonly clock: Clock;
  readonly bulk?: BulkSql;
}

export async function openSnapshots(options: SnapshotsOptions): Promise<Snapshots & SnapshotAdmin> {
  const { dataRoot, clock, bulk = pgBulkSql } = options;
  const groups = (await openCgroupGroups(clock)) ?? scannedGroups;
  const parts: WorkshopParts = { dataRoot, clock, bulk, groups, runtime: new Runtime(dataRoot) };
  const store = new SnapshotStore(dataRoot, clock);
  return {
    find: async (name, version) => (await store.find(name, version)).sealed,
    fromSql: async ({ bundleDir, ...asked }) =>
      (await buildFromSql(parts, store, { name: 'sql', dir: bundleDir, ...asked })).sealed,
    nameSql: (build) => buildFromSql(parts, store, build),
    fromDump: (request) => importDump(parts, store, request),
    list: () => store.list(),
    inspect: (name, version) => store.find(name, version),
    verify: (name, version) => store.verify(name, version),
    prune: (keep) => store.prune(keep),
  };
}
