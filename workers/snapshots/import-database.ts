import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseDigest } from '../../shared/domain/ids.ts';
import { RehearsalError } from '../../shared/domain/problem.ts';
import type { BulkSession } from '../../shared/edge/ports/bulk-sql.ts';
import { SqlError } from '../../shared/edge/ports/sql.ts';
import { majors } from '../hosts/process/runtime.ts';
import { demote, makeOwnDatabase } from './build-from-sql.ts';
import { readCaptured } from './capture-workload.ts';
import { passMasked } from './copy-masked.ts';
import { copyRoleSettings, copyRoles } from './copy-roles.ts';
import { copySequences } from './copy-sequences.ts';
import { parsePolicy, requireClassified } from './masking-policy.ts';
import type { ProductionAddress } from './production-address.ts';
import { makeLoginsForRoles } from './production-roles.ts';
import { readDump } from './read-dump.ts';
import { outlineProduction } from './read-production.ts';
import { findPgDump } from './run-pg-dump.ts';
import { runStatement } from './run-script.ts';
import { finishCluster, newPassword } from './seal.ts';
import type { SnapshotStore, StoredSnapshot } from './snapshot-store.ts';
import { openWorkshop, type WorkshopParts } from './workshop.ts';

export interface DatabaseRequest {
  readonly name: string;
  readonly address: ProductionAddress;
  /** Absolute path. */
  readonly policy: string;
  readonly signal?: AbortSignal;
}

const database = 'app';

/**
 * Reads a running server in one read-only transaction. Rows leave it masked: the policy's expressions are computed
 * there, and no raw value of a masked column reaches this machine.
 */
export async function importDatabase(
  parts: WorkshopParts,
  store: SnapshotStore,
  request: DatabaseRequest,
): Promise<StoredSnapshot> {
  const { address, signal } = request;
  const policyText = await readFile(request.policy, 'utf8');
  const policy = parsePolicy(request.policy, policyText);
  await using source = await openSource(parts, address);
  const outline = await outlineProduction(source);
  requireClassified(policy, outline.tables, request.policy);
  const major = knownMajor(outline.major);
  const pgDump = await findPgDump(address, major, signal);
  const [identity] = await source.query<{ id: string; snapshot: string }>(
    `SELECT pg_export_snapshot() AS snapshot, (SELECT system_identifier::text FROM pg_control_system()) AS id`,
  );
  const dataAsOf = outline.asOf.toISOString();
  const hash = createHash('sha256').update(`dsn 1\0${major}\0${policyText}\0${identity?.id}\0${address.database}\0`);
  const digest = parseDigest(`sha256:${hash.update(dataAsOf).digest('hex')}`);
  const version = digest.slice('sha256:'.length, 'sha256:'.length + 12);
  const make = async () => {
    await parts.dataRoot.requireFree(2 * outline.bytes);
    const captured = await readCaptured(source);
    await using target = await openWorkshop(parts, major, signal);
    const app = { user: database, password: newPassword() };
    await makeOwnDatabase(target, app);
    {
      await using into = await target.connect(database, app);
      await copyRoles(source, into);
      const load = async (section: 'pre-data' | 'post-data') =>
        loadSchema(into, await pgDump.schema(section, identity?.snapshot ?? ''), section);
      await load('pre-data');
      for (const table of outline.tables) {
        await passMasked({ source, into, table, maskings: policy.get(table.table) });
      }
      await copySequences(source, into);
      await load('post-data');
      await copyRoleSettings(source, into, database);
    }
    await demote(target, app);
    const owner = await makeLoginsForRoles(target, database, app);
    const admin = await finishCluster(target, database);
    const facts = { name: request.name, version, digest, dataAsOf, major, productionBytes: outline.bytes };
    const logins = { database, admin, migrate: owner, apps: owner };
    return await store.seal({ kind: 'dsn', facts, ...logins, ...captured, pgdata: target.pgdata });
  };
  // Awaited here: the scope ends the session.
  return await store.findOrBuild(request.name, version, make, signal);
}

/** A session on production that sees one moment and can change nothing. */
export async function openSource(parts: WorkshopParts, address: ProductionAddress): Promise<BulkSession> {
  const session = await parts.bulk.connect(address, 'rehearsal/snapshot').catch((error: unknown) => {
    throw error instanceof SqlError ? notReached(address, error) : error;
  });
  await session.query(
    'SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET search_path = pg_catalog, public',
  );
  await session.query('SET row_security = off; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  return session;
}

async function loadSchema(into: BulkSession, text: string, section: string): Promise<void> {
  for await (const item of readDump({ name: `schema (${section})`, bytes: [Buffer.from(text)] })) {
    if (item.kind === 'copy') throw new Error('a schema came with rows');
    await runStatement(into, item.sql, { file: `schema (${section})`, line: item.line }, 'as-in-production');
  }
}

export function knownMajor(major: number): number {
  if (majors.some((known) => known === major)) return major;
  throw new RehearsalError(
    'bundle',
    'unknown-major',
    `the server is a PostgreSQL ${major}; snapshots of a running one can be made for ${majors.join(', ')}`,
    'dump it and load it into the next one that is here: --from dump FILE --major MAJOR',
  );
}

function notReached({ host, port, database }: ProductionAddress, { message, sqlstate }: SqlError): RehearsalError {
  const said = sqlstate === undefined ? message : `${message} (SQLSTATE ${sqlstate})`;
  return new RehearsalError(
    'machine',
    'source-not-reached',
    `the database ${database} at ${host}:${port} cannot be read: ${said}`,
    `see whether it answers: psql -h ${host} -p ${port} -d ${database} -c 'SELECT 1'`,
  );
}
