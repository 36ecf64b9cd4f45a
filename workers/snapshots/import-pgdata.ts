import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDigest } from '../../shared/domain/ids.ts';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { SqlError } from '../../shared/edge/ports/sql.ts';
import { readQueries } from './capture-workload.ts';
import { passMasked } from './copy-masked.ts';
import { copyStopped, ourLogin, readStoppedCluster, type StoppedCluster } from './copy-stopped.ts';
import { dethroneBootstrapRole } from './dethrone.ts';
import { emptyDatabase, keepOneDatabase, refreshViews, validateReferences } from './empty-cluster.ts';
import { knownMajor } from './import-database.ts';
import { parsePolicy, requireClassified } from './masking-policy.ts';
import { exists } from './pg-control.ts';
import { makeLoginsForRoles } from './production-roles.ts';
import { outlineProduction } from './read-production.ts';
import { refuseRaw, sampleRaw, scanBytes } from './scan-bytes.ts';
import { finishCluster, newPassword } from './seal.ts';
import type { SnapshotStore, StoredSnapshot } from './snapshot-store.ts';
import { openWorkshopOn, type Workshop, type WorkshopParts } from './workshop.ts';

export interface PgdataRequest {
  readonly name: string;
  /** Absolute paths. */
  readonly pgdata: string;
  readonly policy: string;
  /** Default: the only one that people made, else `postgres`. */
  readonly database?: string;
  readonly signal?: AbortSignal;
}

const ownDatabase = 'app';

/**
 * Two throw-away copies of a stopped cluster: one is read, the other is emptied to its last file and filled with what
 * the policy makes of the first one's rows. Then everything of it is rewritten, its WAL left behind, its bytes scanned.
 */
export async function importPgdata(
  parts: WorkshopParts,
  store: SnapshotStore,
  request: PgdataRequest,
): Promise<StoredSnapshot> {
  const { signal } = request;
  const policyText = await readFile(request.policy, 'utf8');
  const policy = parsePolicy(request.policy, policyText);
  const cluster = await readStoppedCluster(request.pgdata);
  const major = knownMajor(cluster.major);
  const hash = createHash('sha256').update(`pgdata 1\0${major}\0${policyText}\0${request.database ?? ''}\0`);
  const digest = parseDigest(`sha256:${hash.update(cluster.identity).digest('hex')}`);
  const version = digest.slice('sha256:'.length, 'sha256:'.length + 12);
  const make = async () => {
    await using raw = await openCopy(parts, cluster, signal, 'with-its-queries');
    const database = request.database ?? (await onlyDatabase(raw));
    await using source = await connectTo(raw, database);
    const outline = await outlineProduction(source);
    requireClassified(policy, outline.tables, request.policy);
    await parts.dataRoot.requireFree(3 * outline.bytes);
    const samples = await sampleRaw(source, outline.tables, policy);
    const queries = await readQueries(source);
    await using target = await openCopy(parts, cluster, signal);
    await keepOneDatabase(target, database, ownDatabase);
    {
      await using into = await target.connect(ownDatabase);
      await emptyDatabase(into);
      for (const table of outline.tables) {
        await passMasked({ source, into, table, maskings: policy.get(table.table) });
      }
      await validateReferences(into);
      await refreshViews(into);
      await dethroneBootstrapRole(into);
    }
    const owner = await makeLoginsForRoles(target, ownDatabase, { user: 'app', password: newPassword() });
    {
      await using session = await target.connect(ownDatabase);
      await session.query('VACUUM (FULL)');
    }
    const admin = await finishCluster(target, ownDatabase);
    await refuseRaw(source, outline.tables, policy, await scanBytes(target.pgdata, samples));
    const dataAsOf = cluster.stoppedAt.toISOString();
    const facts = { name: request.name, version, digest, dataAsOf, major, productionBytes: outline.bytes };
    const logins = { database: ownDatabase, admin, migrate: owner, apps: owner };
    const { settings } = cluster;
    return await store.seal({ kind: 'pgdata', facts, ...logins, settings, ...queries, pgdata: target.pgdata });
  };
  return store.findOrBuild(request.name, version, make, signal);
}

/** A server on a copy of its own, and what it counted; leaving the scope removes both. */
export async function openCopy(
  parts: WorkshopParts,
  cluster: StoppedCluster,
  signal?: AbortSignal,
  counted?: 'with-its-queries',
): Promise<Workshop> {
  const { postgres } = await parts.runtime.postgres(knownMajor(cluster.major));
  const admin = ourLogin(newPassword());
  const hasQueries = counted !== undefined && (await exists(join(cluster.pgdata, keptQueries)));
  const lay = async (pgdata: string) => {
    await copyStopped(cluster.pgdata, pgdata, postgres, admin, hasQueries ? [keptQueries] : []);
  };
  const settings = {
    // What is written into a file of WAL that was used before stands beside what it held.
    wal_recycle: 'off',
    ...(hasQueries && {
      shared_preload_libraries: 'pg_stat_statements',
      'pg_stat_statements.max': String(await entriesToKeep(cluster.pgdata)),
    }),
  };
  return openWorkshopOn(parts, cluster.major, { lay, admin, settings }, signal);
}

/** Where `pg_stat_statements` leaves what it counted when its server stops. */
const keptQueries = join('pg_stat', 'pg_stat_statements.stat');

/** What making a snapshot asks is kept beside them. */
const entriesOfOurs = 1000;

/**
 * A server that is to keep fewer than it finds lets the rest go and counts none of them. Their number stands behind the
 * mark of the file and the server's major (`pgss_shmem_shutdown` in contrib/pg_stat_statements).
 */
async function entriesToKeep(pgdata: string): Promise<number> {
  await using file = await open(join(pgdata, keptQueries));
  const { buffer, bytesRead } = await file.read(Buffer.alloc(entriesAt + 4), 0, entriesAt + 4, 0);
  const entries = bytesRead === buffer.length ? Math.max(0, buffer.readInt32LE(entriesAt)) : 0;
  return Math.min(entries, entriesMax) + entriesOfOurs;
}

const entriesAt = 8;
/** Each takes half a kilobyte of shared memory. */
const entriesMax = 200_000;

/** Throws RehearsalError `usage` where there are several and nobody said which. */
export async function onlyDatabase(workshop: Workshop): Promise<string> {
  await using session = await workshop.connect('template1');
  const rows = await session.query<{ name: string }>(
    "SELECT datname AS name FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1",
  );
  const [first, ...others] = rows.map(({ name }) => name);
  if (others.length === 0) return first ?? 'postgres';
  throw new RehearsalError(
    'bundle',
    'usage',
    `the cluster has several databases: ${[first, ...others].join(', ')}`,
    `say which one is to be rehearsed on: --database ${first ?? ''}`,
  );
}

export async function connectTo(workshop: Workshop, database: string) {
  const session = await workshop.connect(database).catch((error: unknown) => {
    if (!(error instanceof SqlError) || error.sqlstate !== '3D000') throw error;
    const detail = `the cluster has no database ${database}`;
    throw new RehearsalError('bundle', 'usage', detail, 'name one that it has: --database NAME', { cause: error });
  });
  await session.query(
    'SET row_security = off; SET statement_timeout = 0; SET search_path = pg_catalog, public; SET default_transaction_read_only = on',
  );
  return session;
}
