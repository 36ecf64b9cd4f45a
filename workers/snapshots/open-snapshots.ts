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
import { draftPolicy } from './classify-dump.ts';
import { readStoppedCluster } from './copy-stopped.ts';
import { type DatabaseRequest, importDatabase, openSource } from './import-database.ts';
import { type DumpRequest, importDump } from './import-dump.ts';
import { connectTo, importPgdata, onlyDatabase, openCopy, type PgdataRequest } from './import-pgdata.ts';
import type { ProductionAddress } from './production-address.ts';
import { outlineProduction } from './read-production.ts';
import { SnapshotStore, type StoredSnapshot } from './snapshot-store.ts';
import type { WorkshopParts } from './workshop.ts';

/** What people do with snapshots besides rehearsing on them. */
export interface SnapshotAdmin {
  /**
   * Makes a version of a named snapshot from a plain `pg_dump` file; every value goes through the policy on its way in.
   */
  fromDump(request: DumpRequest): Promise<StoredSnapshot>;
  /** The same from a running server, which is only read. */
  fromDatabase(request: DatabaseRequest): Promise<StoredSnapshot>;
  /** The same from the directory of a stopped one, which is only copied. */
  fromPgdata(request: PgdataRequest): Promise<StoredSnapshot>;
  /** A policy to begin with for a running server, or a stopped one's directory. */
  classifyDatabase(address: ProductionAddress): Promise<string>;
  classifyPgdata(pgdata: string, database?: string): Promise<string>;
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
    fromDatabase: (request) => importDatabase(parts, store, request),
    fromPgdata: (request) => importPgdata(parts, store, request),
    async classifyDatabase(address) {
      await using source = await openSource(parts, address);
      return draftPolicy(await outlineProduction(source));
    },
    async classifyPgdata(pgdata, database) {
      await using raw = await openCopy(parts, await readStoppedCluster(pgdata));
      await using source = await connectTo(raw, database ?? (await onlyDatabase(raw)));
      return draftPolicy(await outlineProduction(source));
    },
    list: () => store.list(),
    inspect: (name, version) => store.find(name, version),
    verify: (name, version) => store.verify(name, version),
    prune: (keep) => store.prune(keep),
  };
}
