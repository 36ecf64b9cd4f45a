import type { RehearsalId } from '../../../domain/ids.ts';
import type { Report } from '../../../domain/report.ts';
import { type GateFacts, gateFactsOf } from '../../../judge/gate-facts.ts';
import type { SelfCheck } from '../../../judge/self-check.ts';
import type { GateEvidence } from '../../ports/store.ts';
import {
  type OverrideRow,
  overrideColumns,
  overrideOf,
  type WaiverRow,
  waiverColumns,
  waiverOf,
} from './acceptances.ts';
import type { Ask } from './database.ts';
import { type RehearsalRow, rehearsalColumns, rehearsalOf } from './rehearsal-row.ts';

interface GateRow extends RehearsalRow {
  readonly gate_facts: GateFacts | null;
  readonly report: Report | null;
  readonly performed_by: readonly string[] | null;
}

interface EvidenceRow {
  readonly known: readonly GateRow[];
  readonly waivers: readonly WaiverRow[];
  readonly overrides: readonly OverrideRow[];
  readonly checks: readonly SelfCheck[];
  readonly production: string | null;
}

/** One question, because pipelines ask often; times inside of its JSON come as text. */
export async function forGate(rows: Ask, service: string, version: string, environment: string): Promise<GateEvidence> {
  const [row] = await rows<EvidenceRow>(evidenceSql, [service, version, environment]);
  if (row === undefined) throw new Error('a SELECT without FROM gave no row');
  return {
    known: row.known.map((one) => ({
      rehearsal: rehearsalOf(dated(one, 'created_at', 'started_at', 'finished_at')),
      facts: factsOf(one),
      performedBy: one.performed_by,
    })),
    waivers: row.waivers.map((one) => waiverOf(dated(one, 'expires_at', 'created_at'))),
    overrides: row.overrides.map((one) => overrideOf(dated(one, 'expires_at', 'created_at'))),
    productionSchema: row.production,
    selfChecks: row.checks.map((one) => dated(one, 'at')),
  };
}

function dated<Row extends object>(row: Row, ...columns: readonly (keyof Row)[]): Row {
  const dates = columns.map((name) => [name, row[name] === null ? null : new Date(String(row[name]))]);
  return { ...row, ...Object.fromEntries(dates) };
}

/** Whole reports are read only of what was judged before their facts were kept apart. */
const evidenceSql = `WITH known AS (
    SELECT ${rehearsalColumns}, gate_facts, performed_by, CASE WHEN gate_facts IS NULL THEN report END AS report
    FROM rehearsals WHERE service = $1 AND version = $2 AND environment = $3)
  SELECT (SELECT coalesce(json_agg(known ORDER BY created_at, attempt, id), '[]') FROM known) AS known,
    (SELECT coalesce(json_agg(stored ORDER BY id), '[]')
       FROM (SELECT ${waiverColumns} FROM waivers WHERE service = $1) stored) AS waivers,
    (SELECT coalesce(json_agg(stored ORDER BY id), '[]')
       FROM (SELECT ${overrideColumns} FROM overrides WHERE service = $1) stored) AS overrides,
    (SELECT fingerprint FROM production_schemas WHERE service = $1 AND environment = $3
      ORDER BY production_schemas.id DESC LIMIT 1) AS production,
    (SELECT coalesce(json_agg(beside), '[]') FROM known, unnest(performed_by) AS performed (worker), LATERAL (
       (SELECT worker, at, ok FROM self_checks WHERE worker = performed.worker AND at <= finished_at
         ORDER BY at DESC LIMIT 1)
       UNION ALL
       (SELECT worker, at, ok FROM self_checks WHERE worker = performed.worker AND at > finished_at
         ORDER BY at LIMIT 1)) beside) AS checks`;

export async function gateFacts(rows: Ask, id: RehearsalId): Promise<GateFacts | null> {
  const [row] = await rows<Pick<GateRow, 'gate_facts' | 'report'>>(
    'SELECT gate_facts, CASE WHEN gate_facts IS NULL THEN report END AS report FROM rehearsals WHERE id = $1',
    [id],
  );
  return row === undefined ? null : factsOf(row);
}

const factsOf = ({ gate_facts, report }: Pick<GateRow, 'gate_facts' | 'report'>): GateFacts | null =>
  gate_facts ?? (report === null ? null : gateFactsOf(report, null));
