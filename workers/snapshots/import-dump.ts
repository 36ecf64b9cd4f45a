import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { parseDigest } from '../../shared/domain/ids.ts';
import { RehearsalError } from '../../shared/domain/problem.ts';
import type { BulkSession } from '../../shared/edge/ports/bulk-sql.ts';
import { majors } from '../hosts/process/runtime.ts';
import { demote, makeOwnDatabase } from './build-from-sql.ts';
import { copyMasked } from './copy-masked.ts';
import { type DumpOutline, isDumpedStatistics, isLargeObjectContent, outlineDump } from './dump-tables.ts';
import { type MaskingPolicy, parsePolicy, requireClassified } from './masking-policy.ts';
import { inOwnDatabase } from './own-database.ts';
import { makeLoginsForRoles } from './production-roles.ts';
import { readDump } from './read-dump.ts';
import { runStatement } from './run-script.ts';
import { finishCluster, newPassword } from './seal.ts';
import type { SnapshotStore, StoredSnapshot } from './snapshot-store.ts';
import { openWorkshop, type Workshop, type WorkshopParts } from './workshop.ts';

export interface DumpRequest {
  readonly name: string;
  /** Absolute paths. */
  readonly dump: string;
  readonly policy: string;
  /** Default: when the dump file was last written. */
  readonly dataAsOf?: Date;
  /** Default: the major that was dumped, or the next one that is here. */
  readonly major?: number;
  readonly signal?: AbortSignal;
}

const recipe = 'dump 1';
const database = 'app';

/**
 * Loads a dump so that no raw row is ever written to what is sealed: rows are copied into a scratch server, which is
 * thrown away,
 * and from there, through the policy's expressions, into the server whose data become the snapshot.
 */
export async function importDump(
  parts: WorkshopParts,
  store: SnapshotStore,
  request: DumpRequest,
): Promise<StoredSnapshot> {
  const policyText = await readFile(request.policy, 'utf8');
  const policy = parsePolicy(request.policy, policyText);
  const outline = await outlineDump(request.dump);
  requireClassified(policy, outline.tables, request.policy);
  const major = request.major ?? nextMajor(await dumpedMajor(request.dump));
  const hash = createHash('sha256').update(`${recipe}\0${major}\0${policyText}\0`);
  for await (const chunk of createReadStream(request.dump)) hash.update(chunk);
  const digest = parseDigest(`sha256:${hash.digest('hex')}`);
  const version = digest.slice('sha256:'.length, 'sha256:'.length + 12);
  const { size, mtime } = await stat(request.dump);
  const { signal } = request;
  const make = async () => {
    await parts.dataRoot.requireFree(4 * size);
    await using target = await openWorkshop(parts, major, signal);
    const app = { user: database, password: newPassword() };
    await makeOwnDatabase(target, app);
    await loadMasked(parts, target, { file: request.dump, policy, outline, app, ...(signal && { signal }) });
    await demote(target, app);
    const owner = await makeLoginsForRoles(target, database, app);
    const admin = await finishCluster(target, database);
    const dataAsOf = (request.dataAsOf ?? mtime).toISOString();
    const facts = { name: request.name, version, digest, dataAsOf, major };
    const logins = { database, admin, migrate: owner, apps: owner };
    return await store.seal({ kind: 'dump', facts, ...logins, settings: {}, pgdata: target.pgdata });
  };
  return store.findOrBuild(request.name, version, make, signal);
}

interface Load {
  readonly file: string;
  readonly policy: MaskingPolicy;
  readonly outline: DumpOutline;
  readonly app: { readonly user: string; readonly password: string };
  readonly signal?: AbortSignal;
}

async function loadMasked(parts: WorkshopParts, target: Workshop, load: Load): Promise<void> {
  const { file, policy, outline, app } = load;
  await using into = await target.connect(database, app);
  await using scratch = await openScratch(parts, target.major, load);
  let tablesLeft = outline.tables.length;
  for await (const item of readDump(file)) {
    const place = { file, line: item.line };
    if (item.kind === 'copy') {
      const table = outline.tables[outline.tables.length - tablesLeft];
      if (table === undefined) throw new Error(`${file} changed while it was read`);
      await copyMasked({ scratch: scratch.session, into, table, maskings: policy.get(table.table), place }, item.rows);
      tablesLeft -= 1;
    } else if (!isDumpedStatistics(item.sql) && !isLargeObjectContent(item.sql)) {
      const sql = inOwnDatabase(item.sql, database);
      if (sql === undefined) continue;
      await runStatement(into, sql, place, 'as-in-production');
      // Indexes and constraints come after the rows, and the scratch server needs none.
      if (tablesLeft > 0) await runStatement(scratch.session, sql, place, 'as-in-production');
    }
  }
}

async function openScratch(
  parts: WorkshopParts,
  major: number,
  { app, signal }: Load,
): Promise<{ readonly session: BulkSession } & AsyncDisposable> {
  await using failed = new AsyncDisposableStack();
  const workshop = failed.use(await openWorkshop(parts, major, signal));
  await makeOwnDatabase(workshop, app);
  const session = failed.use(await workshop.connect(database, app));
  const held = failed.move();
  return { session, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** pg_dump says it in its first lines. */
async function dumpedMajor(file: string): Promise<number | undefined> {
  if (file.endsWith('.gz')) return undefined;
  for await (const chunk of createReadStream(file, { end: 4095 })) {
    const said = /^-- Dumped from database version (\d+)/m.exec(String(chunk))?.[1];
    return said === undefined ? undefined : Number(said);
  }
  return undefined;
}

function nextMajor(dumped: number | undefined): number {
  if (dumped === undefined) return 17;
  const major = majors.find((candidate) => candidate >= dumped);
  if (major !== undefined) return major;
  throw new RehearsalError(
    'bundle',
    'unknown-major',
    `the dump comes from PostgreSQL ${dumped}; snapshots can be made for ${majors.join(', ')}`,
    `if it loads on an older server, say which: --major ${majors.at(-1) ?? ''}`,
  );
}
