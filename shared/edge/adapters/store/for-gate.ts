import { parseDigest, parseRehearsalId, type RehearsalId } from '../../../domain/ids.ts';
import type { Report } from '../../../domain/report.ts';
import { type GateFacts, gateFactsOf } from '../../../judge/gate-facts.ts';
import type { SelfCheck } from '../../../judge/self-check.ts';
import type { GateEvidence, GateRecord } from '../../ports/store.ts';
import {
  type OverrideRow,
  overrideColumns,
  overrideOf,
  type WaiverRow,
  waiverColumns,
  waiverOf,
} from './acceptances.ts';
import type { Ask } from './database.ts';
import type { RehearsalRow } from './rehearsal-row.ts';

interface GateRow
  extends Pick<
    RehearsalRow,
    'id' | 'status' | 'bundle_digest' | 'rules_digest' | 'verdict' | 'finished_at' | 'failure'
  > {
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

export interface GateQuestion {
  readonly service: string;
  readonly version: string;
  readonly environment: string;
}

/** One query for all who ask at once, because pipelines ask often; times inside of its JSON come as text. */
export async function forGate(rows: Ask, questions: readonly GateQuestion[]): Promise<readonly GateEvidence[]> {
  return (await rows<EvidenceRow>(evidenceSql, [JSON.stringify(questions)])).map((row) => ({
    known: row.known.map(recordOf),
    waivers: row.waivers.map((one) => waiverOf(dated(one, 'expires_at', 'created_at'))),
    overrides: row.overrides.map((one) => overrideOf(dated(one, 'expires_at', 'created_at'))),
    productionSchema: row.production,
    selfChecks: row.checks.map((one) => dated(one, 'at')),
  }));
}

function recordOf(row: GateRow): GateRecord {
  const { id, status, bundle_digest, rules_digest, verdict, finished_at } = row;
  return {
    rehearsal: {
      id: parseRehearsalId(id),
      status,
      bundleDigest: parseDigest(bundle_digest),
      rulesDigest: parseDigest(rules_digest),
      verdict,
      finishedAt: finished_at === null ? null : new Date(finished_at),
    },
    facts: factsOf(row),
    performedBy: row.performed_by,
    fault: row.failure?.fault ?? null,
  };
}

function dated<Row extends object>(row: Row, ...columns: readonly (keyof Row)[]): Row {
  const dates = columns.map((name) => [name, row[name] === null ? null : new Date(String(row[name]))]);
  return { ...row, ...Object.fromEntries(dates) };
}

/**
 * Whole reports are read only of what was judged before their facts were kept apart. The planner expects as many rows
 * of a JSON document whatever is in it, so the plan is made once; it counts the elements of an array each time. Nothing
 * is taken out of a document here: the server reads none that has U+0000.
 */
const evidenceSql = `SELECT evidence.*
  FROM ROWS FROM (json_to_recordset($1) AS (service text, version text, environment text)) WITH ORDINALITY
    AS asked (service, version, environment, turn)
  CROSS JOIN LATERAL (
    WITH known AS (
      SELECT id, status, bundle_digest, rules_digest, verdict, finished_at, created_at, attempt, performed_by,
        failure, gate_facts, CASE WHEN gate_facts IS NULL THEN report END AS report
      FROM rehearsals
      WHERE service = asked.service AND version = asked.version AND environment = asked.environment)
    SELECT (SELECT coalesce(json_agg(known ORDER BY created_at, attempt, id), '[]') FROM known) AS known,
      (SELECT coalesce(json_agg(stored ORDER BY id), '[]')
         FROM (SELECT ${waiverColumns} FROM waivers WHERE service = asked.service) stored) AS waivers,
      (SELECT coalesce(json_agg(stored ORDER BY id), '[]')
         FROM (SELECT ${overrideColumns} FROM overrides WHERE service = asked.service) stored) AS overrides,
      (SELECT fingerprint FROM production_schemas
        WHERE service = asked.service AND environment = asked.environment
        ORDER BY production_schemas.id DESC LIMIT 1) AS production,
      (SELECT coalesce(json_agg(beside), '[]') FROM known, unnest(performed_by) AS performed (worker), LATERAL (
         (SELECT worker, at, ok FROM self_checks WHERE worker = performed.worker AND at <= finished_at
           ORDER BY at DESC LIMIT 1)
         UNION ALL
         (SELECT worker, at, ok FROM self_checks WHERE worker = performed.worker AND at > finished_at
           ORDER BY at LIMIT 1)) beside) AS checks) evidence
  ORDER BY asked.turn`;

export async function gateFacts(rows: Ask, id: RehearsalId): Promise<GateFacts | null> {
  const [row] = await rows<Pick<GateRow, 'gate_facts' | 'report'>>(
    'SELECT gate_facts, CASE WHEN gate_facts IS NULL THEN report END AS report FROM rehearsals WHERE id = $1',
    [id],
  );
  return row === undefined ? null : factsOf(row);
}

const factsOf = ({ gate_facts, report }: Pick<GateRow, 'gate_facts' | 'report'>): GateFacts | null =>
  gate_facts ?? (report === null ? null : gateFactsOf(report, null));
