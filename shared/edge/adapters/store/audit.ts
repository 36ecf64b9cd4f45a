import type { Audit, AuditEntry, AuditFilter, StoredAuditEntry } from '../../ports/audit.ts';
import type { Ask, Database } from './database.ts';

export function openAudit({ rows }: Database): Audit {
  return {
    record: (entry) => recordAudit(rows, entry),
    recordChange: async (entry) => {
      await rows(
        `INSERT INTO audit (action, actor, service, subject, request_id, detail)
         SELECT $1, $2, $3, $4, $5, $6::json WHERE $6::text IS DISTINCT FROM
           (SELECT detail::text FROM audit WHERE action = $1 AND subject = $4 ORDER BY id DESC LIMIT 1)`,
        valuesOf(entry),
      );
    },
    list: (filter) => list(rows, filter),
  };
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
