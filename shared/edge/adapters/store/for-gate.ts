import type { RehearsalId } from '../../../domain/ids.ts';
import type { Report } from '../../../domain/report.ts';
import { type GateFacts, gateFactsOf } from '../../../judge/gate-facts.ts';
import type { GateRecord } from '../../ports/store.ts';
import type { Ask } from './database.ts';
import { type RehearsalRow, rehearsalColumns, rehearsalOf } from './rehearsal-row.ts';

interface GateRow extends RehearsalRow {
  readonly gate_facts: GateFacts | null;
  readonly report: Report | null;
  readonly performed_by: readonly string[] | null;
}

/** Whole reports are read only of what was judged before their facts were kept apart. */
export async function forGate(
  rows: Ask,
  service: string,
  version: string,
  environment: string,
): Promise<readonly GateRecord[]> {
  const found = await rows<GateRow>(
    `SELECT ${rehearsalColumns}, gate_facts, performed_by, CASE WHEN gate_facts IS NULL THEN report END AS report
       FROM rehearsals
      WHERE service = $1 AND version = $2 AND environment = $3 ORDER BY created_at, attempt, id`,
    [service, version, environment],
  );
  return found.map((row) => ({
    rehearsal: rehearsalOf(row),
    facts: factsOf(row),
    performedBy: row.performed_by,
  }));
}

export async function gateFacts(rows: Ask, id: RehearsalId): Promise<GateFacts | null> {
  const [row] = await rows<Pick<GateRow, 'gate_facts' | 'report'>>(
    'SELECT gate_facts, CASE WHEN gate_facts IS NULL THEN report END AS report FROM rehearsals WHERE id = $1',
    [id],
  );
  return row === undefined ? null : factsOf(row);
}

const factsOf = ({ gate_facts, report }: Pick<GateRow, 'gate_facts' | 'report'>): GateFacts | null =>
  gate_facts ?? (report === null ? null : gateFactsOf(report, null));
