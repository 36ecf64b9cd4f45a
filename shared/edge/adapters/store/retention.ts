import type { Retention } from '../../ports/retention.ts';
import type { Ask, Database } from './database.ts';

/** So few at a time, because each may be megabytes of documents. */
const batch = 100;

export function openRetention(database: Database): Retention {
  return { removeEvidence: (ageMs) => database.transaction((rows) => removeEvidence(rows, ageMs)) };
}

/** Report, verdict, findings and what the gate needs stay; so do waivers, overrides and the audit log. */
async function removeEvidence(rows: Ask, ageMs: number): Promise<number> {
  const removed = await rows<{ id: string }>(
    `UPDATE rehearsals SET evidence = NULL, evidence_removed_at = now()
      WHERE id IN (SELECT id FROM rehearsals WHERE evidence_removed_at IS NULL
                     AND status IN ('judged', 'cancelled', 'failed')
                     AND finished_at < now() - $1 * interval '1 millisecond'
                   ORDER BY finished_at LIMIT ${batch})
      RETURNING id`,
    [ageMs],
  );
  const ids = removed.map(({ id }) => id);
  await rows('UPDATE runs SET result = NULL WHERE rehearsal_id = ANY($1)', [ids]);
  await rows(`DELETE FROM events WHERE rehearsal_id = ANY($1) AND kind NOT IN ('finding', 'verdict', 'status')`, [ids]);
  return ids.length;
}
