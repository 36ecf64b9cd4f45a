import { parseRehearsalId, type RehearsalId } from '../../../domain/ids.ts';
import type { Admission, AdmissionLimits } from '../../ports/admission.ts';
import { workerLivesMs } from '../../ports/worker-register.ts';
import type { Ask, Database } from './database.ts';
import { appendEvent } from './events.ts';
import { noteWaiting } from './waiting.ts';

/** Any number that no other lock of ours has. */
const admissionLock = 727_130_002;

export function openAdmission(database: Database): Admission {
  return {
    admit: (limits) => database.transaction((rows) => admit(rows, limits)),
    noteWaiting: async () => {
      await database.transaction(async (rows) => {
        if (await isOurTurn(rows)) await noteWaiting(rows);
      });
    },
  };
}

async function admit(rows: Ask, limits: AdmissionLimits): Promise<readonly RehearsalId[]> {
  const admitted: RehearsalId[] = [];
  if (!(await isOurTurn(rows))) return admitted;
  await noteWaiting(rows);
  for (;;) {
    const next = await beginNext(rows, limits);
    if (next === undefined) return admitted;
    admitted.push(next);
  }
}

/** Whoever is at it already decides for everybody: two at once would both fill the last place. */
async function isOurTurn(rows: Ask): Promise<boolean> {
  const [lock] = await rows<{ ours: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS ours', [admissionLock]);
  return lock?.ours === true;
}

/** What waits for a worker that is not there takes nobody's place, also where it has begun. */
const nextInTurn = `
  WITH under_way AS (
    SELECT service, count(*) AS rehearsals FROM rehearsals WHERE status = 'running' AND waiting IS NULL GROUP BY service
  ), first_of_each AS (
    SELECT DISTINCT ON (service) service, id, created_at FROM rehearsals
     WHERE status = 'queued' AND waiting IS NULL ORDER BY service, priority = 'high' DESC, created_at, id
  )
  SELECT id, service FROM first_of_each LEFT JOIN under_way USING (service) LEFT JOIN service_turns USING (service)
   WHERE coalesce(rehearsals, 0) < $1
     AND (SELECT coalesce(sum(rehearsals), 0) FROM under_way)
       < $2 * (SELECT count(DISTINCT machine) FROM workers WHERE seen_at > now() - $3 * interval '1 millisecond')
   ORDER BY turn NULLS FIRST, created_at, id LIMIT 1`;

async function beginNext(rows: Ask, { perService, perMachine }: AdmissionLimits): Promise<RehearsalId | undefined> {
  const [next] = await rows<{ id: string; service: string }>(nextInTurn, [perService, perMachine, workerLivesMs]);
  if (next === undefined) return undefined;
  const id = parseRehearsalId(next.id);
  const [begun] = await rows<{ turn: string }>(
    `UPDATE rehearsals SET status = 'running', started_at = coalesce(started_at, now()), turn = nextval('turns')
      WHERE id = $1 AND status = 'queued' RETURNING turn`,
    [id],
  );
  // Cancelled between the two questions: the next one shows who is first now.
  if (begun === undefined) return beginNext(rows, { perService, perMachine });
  await rows(
    `INSERT INTO service_turns (service, turn) VALUES ($1, $2)
     ON CONFLICT (service) DO UPDATE SET turn = excluded.turn`,
    [next.service, begun.turn],
  );
  await appendEvent(rows, id, 'status', { status: 'running' });
  return id;
}
