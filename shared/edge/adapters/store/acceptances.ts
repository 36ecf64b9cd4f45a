import type { Acceptances, StoredOverride, StoredWaiver } from '../../ports/acceptances.ts';
import type { Actor } from '../../ports/audit.ts';
import { recordAudit } from './audit.ts';
import type { Ask, Database } from './database.ts';

export function openAcceptances(database: Database): Acceptances {
  return {
    waive: (waiver, by) => database.transaction((rows) => storeWaiver(rows, waiver, by)),
    override: (override, by) => database.transaction((rows) => storeOverride(rows, override, by)),
    waivers: async (service) =>
      (await database.rows<WaiverRow>(...of('waivers', waiverColumns, service))).map(waiverOf),
    overrides: async (service) =>
      (await database.rows<OverrideRow>(...of('overrides', overrideColumns, service))).map(overrideOf),
  };
}

const of = (table: string, columns: string, service: string | undefined): [string, readonly unknown[]] =>
  service === undefined
    ? [`SELECT ${columns} FROM ${table} ORDER BY id`, []]
    : [`SELECT ${columns} FROM ${table} WHERE service = $1 ORDER BY id`, [service]];

async function storeWaiver(
  rows: Ask,
  waiver: Omit<StoredWaiver, 'id' | 'createdAt'>,
  by: Actor,
): Promise<StoredWaiver> {
  const { service, check, relation, phase, app, environment, bundleDigest } = waiver;
  const [row] = await rows<WaiverRow>(
    `INSERT INTO waivers (service, "check", relation, phase, app, environment, bundle_digest, by, reason, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING ${waiverColumns}`,
    [
      ...[service, check, relation ?? null, phase ?? null, app ?? null, environment ?? null, bundleDigest ?? null],
      ...[waiver.by, waiver.reason, waiver.expiresAt],
    ],
  );
  await audit(rows, 'waive', waiver, `${check}${relation === undefined ? '' : ` on ${relation}`}`, by);
  return waiverOf(returned(row));
}

async function storeOverride(
  rows: Ask,
  override: Omit<StoredOverride, 'id' | 'createdAt'>,
  by: Actor,
): Promise<StoredOverride> {
  const { service, version, environment, bundleDigest } = override;
  const [row] = await rows<OverrideRow>(
    `INSERT INTO overrides (service, version, environment, bundle_digest, by, reason, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${overrideColumns}`,
    [service, version, environment, bundleDigest ?? null, override.by, override.reason, override.expiresAt],
  );
  await audit(rows, 'override', override, `${version} in ${environment}`, by);
  return overrideOf(returned(row));
}

/** Who owns the decision is in it; who wrote it down is the actor. */
function audit(
  rows: Ask,
  action: 'waive' | 'override',
  decision: { readonly service: string; readonly by: string; readonly reason: string; readonly expiresAt: Date },
  subject: string,
  actor: Actor,
): Promise<void> {
  return recordAudit(rows, {
    ...{ action, actor: actor.name, service: decision.service, subject, requestId: actor.requestId ?? null },
    detail: decision,
  });
}

export const waiverColumns = `id::float8 AS id, service, "check", relation, phase, app, environment, bundle_digest, by,
  reason, expires_at, created_at`;
export const overrideColumns = `id::float8 AS id, service, version, environment, bundle_digest, by, reason, expires_at,
  created_at`;

export interface WaiverRow {
  readonly id: number;
  readonly service: string;
  readonly check: string;
  readonly relation: string | null;
  readonly phase: string | null;
  readonly app: 'previous' | 'next' | null;
  readonly environment: string | null;
  readonly bundle_digest: string | null;
  readonly by: string;
  readonly reason: string;
  readonly expires_at: Date;
  readonly created_at: Date;
}

export function waiverOf(row: WaiverRow): StoredWaiver {
  return {
    id: row.id,
    service: row.service,
    check: row.check,
    ...(row.relation === null ? {} : { relation: row.relation }),
    ...(row.phase === null ? {} : { phase: row.phase }),
    ...(row.app === null ? {} : { app: row.app }),
    ...(row.environment === null ? {} : { environment: row.environment }),
    ...(row.bundle_digest === null ? {} : { bundleDigest: row.bundle_digest }),
    by: row.by,
    reason: row.reason,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
  };
}

export interface OverrideRow {
  readonly id: number;
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  readonly bundle_digest: string | null;
  readonly by: string;
  readonly reason: string;
  readonly expires_at: Date;
  readonly created_at: Date;
}

export function overrideOf(row: OverrideRow): StoredOverride {
  return {
    id: row.id,
    service: row.service,
    version: row.version,
    environment: row.environment,
    ...(row.bundle_digest === null ? {} : { bundleDigest: row.bundle_digest }),
    by: row.by,
    reason: row.reason,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
  };
}

function returned<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error('INSERT … RETURNING gave no row');
  return row;
}
