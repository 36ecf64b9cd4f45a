import type { Audit, AuditEntry, AuditFilter, StoredAuditEntry } from '../../ports/audit.ts';
import { inBatches } from '../in-batches.ts';
import type { Ask, Database } from './database.ts';

export function openAudit({ rows, often }: Database): Audit {
  return {
    record: (entry) => recordAudit(rows, entry),
    recordChange: inBatches((entries: readonly AuditEntry[]) => recordChanges(often, entries)),
    list: (filter) => list(rows, filter),
  };
}

/** In their order: an entry is compared with the one of its action and subject before it, here or in the table. */
async function recordChanges(rows: Ask, entries: readonly AuditEntry[]): Promise<readonly undefined[]> {
  const said = entries.map(({ detail, ...entry }) => ({ ...entry, detail: JSON.stringify(detail) }));
  await rows(
    `WITH said AS (SELECT * FROM ROWS FROM (json_to_recordset($1)
          AS (action text, actor text, service text, subject text, "requestId" text, detail text))
        WITH ORDINALITY AS said (action, actor, service, subject, request_id, detail, turn)),
      compared AS (SELECT said.*, row_number() OVER same AS place, lag(detail) OVER same AS before
        FROM said WINDOW same AS (PARTITION BY action, subject ORDER BY turn))
     INSERT INTO audit (action, actor, service, subject, request_id, detail)
     SELECT action, actor, service, subject, request_id, detail::json FROM compared
      WHERE detail IS DISTINCT FROM CASE WHEN place > 1 THEN before ELSE
        (SELECT newest.detail::text FROM audit newest
          WHERE newest.action = compared.action AND newest.subject = compared.subject
          ORDER BY newest.id DESC LIMIT 1) END
      ORDER BY turn`,
    [JSON.stringify(said)],
  );
  return entries.map(() => undefined);
}

/** Within the caller's transaction, so that nothing is decided without being written down. */
export async function recordAudit(rows: Ask, entry: AuditEntry): Promise<void> {
  await rows(
    'INSERT INTO audit (action, actor, service, subject, request_id, detail) VALUES ($1, $2, $3, $4, $5, $6)',
    valuesOf(entry),
  );
}

const valuesOf = ({ action, actor, service, subject, requestId, detail }: AuditEntry): readonly unknown[] => [
  ...[action, actor, service, subject, requestId],
  JSON.stringify(detail),
];

function list(rows: Ask, filter: AuditFilter): Promise<readonly StoredAuditEntry[]> {
  return rows<StoredAuditEntry>(
    `SELECT id::float8 AS id, at, action, actor, service, subject, request_id AS "requestId", detail FROM audit
      WHERE ($1::text IS NULL OR service = $1) AND ($2::text IS NULL OR action = $2)
        AND ($3::text IS NULL OR subject = $3) AND ($4::bigint IS NULL OR id < $4)
      ORDER BY id DESC LIMIT $5`,
    [filter.service ?? null, filter.action ?? null, filter.subject ?? null, filter.before ?? null, filter.limit],
  );
}
