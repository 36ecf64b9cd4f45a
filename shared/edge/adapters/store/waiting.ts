import { parseRehearsalId } from '../../../domain/ids.ts';
import type { Lack, Needs } from '../../../domain/placement.ts';
import { lackOfAll, sayLack } from '../../../plan/placement.ts';
import { roomOf, workerLivesMs } from '../../ports/worker-register.ts';
import type { Ask } from './database.ts';
import { numberEvent } from './events.ts';

/** Before anybody kept what a rehearsal needs, only its snapshot was known. */
export const needsUnknown: Needs = { memoryBytes: 0 };

interface Asked {
  readonly snapshot: string;
  readonly needs: Needs | null;
  readonly text: string;
}

/** Within the caller's transaction. Rehearsals that ask the same of a machine are looked at together. */
export async function noteWaiting(rows: Ask): Promise<void> {
  const asked = await rows<Asked>(
    `SELECT DISTINCT ON (snapshot, needs::text) snapshot, needs, needs::text AS text FROM rehearsals
      WHERE status IN ('queued', 'running') ORDER BY snapshot, needs::text`,
  );
  if (asked.length === 0) return;
  const workers = await rows<Parameters<typeof roomOf>[0]>(
    `SELECT snapshots, capacity FROM workers WHERE seen_at > now() - $1 * interval '1 millisecond'`,
    [workerLivesMs],
  );
  const rooms = workers.map(roomOf);
  const looked = asked.map(({ snapshot, needs, text }) => {
    const lack = lackOfAll(snapshot, needs ?? needsUnknown, rooms);
    return { snapshot, needs: text, waiting: lack === undefined ? null : JSON.stringify(lack) };
  });
  for (const { id, status, waiting } of await rows<Changed>(changeWaiting, [JSON.stringify(looked), workerLivesMs])) {
    const said = waiting === null ? null : { lacks: waiting.lacks, says: sayLack(waiting) };
    // Watchers hear of it; a webhook tells what a status becomes, and it becomes nothing new here.
    await numberEvent(rows, parseRehearsalId(id), 'status', { status, waiting: said });
  }
}

interface Changed {
  readonly id: string;
  readonly status: string;
  readonly waiting: Lack | null;
}

/** A run that a live worker has in hand proves that one can; what it uses is the very memory that seems to lack. */
const changeWaiting = `
  WITH looked AS (SELECT * FROM json_to_recordset($1) AS (snapshot text, needs text, waiting text)),
  in_hand AS (
    SELECT DISTINCT rehearsal_id AS id FROM runs JOIN workers ON workers.id = claimed_by
      JOIN rehearsals ON rehearsals.id = rehearsal_id AND status = 'running'
     WHERE result IS NULL AND seen_at > now() - $2 * interval '1 millisecond'
  ), now_so AS (
    SELECT r.id, CASE WHEN in_hand.id IS NULL THEN looked.waiting END AS waiting
      FROM rehearsals r JOIN looked ON looked.snapshot = r.snapshot AND looked.needs IS NOT DISTINCT FROM r.needs::text
      LEFT JOIN in_hand ON in_hand.id = r.id
     WHERE r.status IN ('queued', 'running')
  )
  UPDATE rehearsals r SET waiting = now_so.waiting::json FROM now_so
   WHERE r.id = now_so.id AND r.waiting::text IS DISTINCT FROM now_so.waiting
  RETURNING r.id, r.status, r.waiting`;
