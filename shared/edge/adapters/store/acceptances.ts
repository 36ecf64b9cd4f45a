import type { Acceptances, StoredOverride, StoredWaiver } from '../../ports/store.ts';
import type { Database } from './database.ts';

export function openAcceptances({ rows }: Database): Acceptances {
  return {
    waive: async (waiver) => {
      const [row] = await rows<WaiverRow>(
        `INSERT INTO waivers (service, "check", relation, phase, app, by, reason, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${waiverColumns}`,
        [
          waiver.service,
          waiver.check,
          waiver.relation ?? null,
          waiver.phase ?? null,
          waiver.app ?? null,
          waiver.by,
          waiver.reason,
          waiver.expiresAt,
        ],
      );
      return waiverOf(returned(row));
    },
    override: async (override) => {
      const [row] = await rows<OverrideRow>(
        `INSERT INTO overrides (service, version, environment, bundle_digest, by, reason, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${overrideColumns}`,
        [
          override.service,
          override.version,
          override.environment,
          override.bundleDigest ?? null,
          override.by,
          override.reason,
          override.expiresAt,
        ],
      );
      return overrideOf(returned(row));
    },
    waivers: async (service) =>
      (await rows<WaiverRow>(`SELECT ${waiverColumns} FROM waivers WHERE service = $1 ORDER BY id`, [service])).map(
        waiverOf,
      ),
    overrides: async (service) =>
      (
        await rows<OverrideRow>(`SELECT ${overrideColumns} FROM overrides WHERE service = $1 ORDER BY id`, [service])
      ).map(overrideOf),
  };
}

const waiverColumns = `id::float8 AS id, service, "check", relation, phase, app, by, reason, expires_at`;
const overrideColumns = 'id::float8 AS id, service, version, environment, bundle_digest, by, reason, expires_at';

interface WaiverRow {
  readonly id: number;
  readonly service: string;
  readonly check: string;
  readonly relation: string | null;
  readonly phase: string | null;
  readonly app: 'previous' | 'next' | null;
  readonly by: string;
  readonly reason: string;
  readonly expires_at: Date;
}

function waiverOf(row: WaiverRow): StoredWaiver {
  return {
    id: row.id,
    service: row.service,
    check: row.check,
    ...(row.relation === null ? {} : { relation: row.relation }),
    ...(row.phase === null ? {} : { phase: row.phase }),
    ...(row.app === null ? {} : { app: row.app }),
    by: row.by,
    reason: row.reason,
    expiresAt: row.expires_at,
  };
}

interface OverrideRow {
  readonly id: number;
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  readonly bundle_digest: string | null;
  readonly by: string;
  readonly reason: string;
  readonly expires_at: Date;
}

function overrideOf(row: OverrideRow): StoredOverride {
  return {
    id: row.id,
    service: row.service,
    version: row.version,
    environment: row.environment,
    ...(row.bundle_digest === null ? {} : { bundleDigest: row.bundle_digest }),
    by: row.by,
    reason: row.reason,
    expiresAt: row.expires_at,
  };
}

function returned<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error('INSERT … RETURNING gave no row');
  return row;
}
