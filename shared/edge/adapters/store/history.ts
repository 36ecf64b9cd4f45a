import type { Finding } from '../../../domain/finding.ts';
import type { RehearsalId } from '../../../domain/ids.ts';
import type { History, TrendPoint } from '../../ports/history.ts';
import type { StoredRehearsal } from '../../ports/store.ts';
import type { Ask, Database } from './database.ts';
import { readableJson } from './readable-json.ts';
import { type RehearsalRow, rehearsalColumns, rehearsalOf } from './rehearsal-row.ts';

/** Findings are read from the events: reports are large, and what was judged is in both. */
export function openHistory({ rows }: Database): History {
  return {
    before: (id, branch) => before(rows, id, branch),
    dataAsOf: async (ids) => {
      const found = await rows<{ id: RehearsalId; dataAsOf: string | null }>(
        `SELECT id, ${readableJson('plan')}->'snapshot'->>'dataAsOf' AS "dataAsOf" FROM rehearsals WHERE id = ANY($1)`,
        [ids],
      );
      return new Map(found.map(({ id, dataAsOf }) => [id, dataAsOf]));
    },
    findings: async (id) => {
      const found = await rows<{ content: Finding }>(
        `SELECT content FROM events WHERE rehearsal_id = $1 AND kind = 'finding' ORDER BY number`,
        [id],
      );
      return found.map(({ content }) => content);
    },
    trend: (service, environment, limit) => trend(rows, service, environment, limit),
    usualMs: async (service, environment) => {
      const [row] = await rows<{ usual: number | null }>(
        `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at) * 1000) AS usual
           FROM (SELECT started_at, finished_at FROM rehearsals
                  WHERE service = $1 AND environment = $2 AND status = 'judged' AND started_at IS NOT NULL
                  ORDER BY created_at DESC LIMIT 9) AS newest`,
        [service, environment],
      );
      return row?.usual ?? null;
    },
  };
}

async function before(rows: Ask, id: RehearsalId, branch: string | undefined): Promise<StoredRehearsal | null> {
  const [row] = await rows<RehearsalRow>(
    `SELECT ${rehearsalColumns} FROM rehearsals
      WHERE id = (SELECT earlier.id FROM rehearsals AS this JOIN rehearsals AS earlier
                      ON earlier.service = this.service AND earlier.environment = this.environment
                     AND (earlier.created_at, earlier.id) < (this.created_at, this.id)
                     AND earlier.bundle_digest <> this.bundle_digest
                   WHERE this.id = $1 AND earlier.status = 'judged'
                     AND ($2::text IS NULL OR EXISTS (
                       SELECT FROM sources WHERE sources.rehearsal_id = earlier.id AND sources.branch = $2))
                   ORDER BY earlier.created_at DESC, earlier.id DESC LIMIT 1)`,
    [id, branch ?? null],
  );
  return row === undefined ? null : rehearsalOf(row);
}

async function trend(rows: Ask, service: string, environment: string, limit: number): Promise<readonly TrendPoint[]> {
  const found = await rows<RehearsalRow & { blocks: number; warns: number }>(
    `SELECT ${rehearsalColumns}, counted.blocks, counted.warns FROM rehearsals, LATERAL (
         SELECT count(*) FILTER (WHERE severity = 'blocks')::float8 AS blocks,
                count(*) FILTER (WHERE severity = 'warns')::float8 AS warns
           FROM events, LATERAL (SELECT ${readableJson('content')}->>'severity' AS severity) AS read
          WHERE rehearsal_id = rehearsals.id AND kind = 'finding') AS counted
      WHERE service = $1 AND environment = $2 AND status = 'judged' ORDER BY created_at DESC, id DESC LIMIT $3`,
    [service, environment, limit],
  );
  return found.map((row) => ({ rehearsal: rehearsalOf(row), blocks: row.blocks, warns: row.warns })).reverse();
}
