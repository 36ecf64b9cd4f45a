import type { KnownWorker, LiveWorker, StoredSelfCheck, WorkerRegister } from '../../ports/worker-register.ts';
import { recordAudit } from './audit.ts';
import type { Ask, Database } from './database.ts';

/** First half of the two-part advisory lock keys that stand for machines; the other half is the machine's hash. */
const machineLocks = 727_130;

/** What a worker says of itself, and how its newest self-check went. */
const ofItself = `id, machine, snapshots, started_at AS "startedAt", seen_at AS "seenAt", capacity,
  (SELECT json_build_object('ok', ok, 'says', says, 'at', at) FROM self_checks
    WHERE worker = workers.id ORDER BY at DESC LIMIT 1) AS "selfCheck"`;
const inHand = `coalesce((SELECT json_agg(json_build_object('rehearsal', rehearsal_id, 'run', run_id) ORDER BY claimed_at)
  FROM runs JOIN rehearsals ON rehearsals.id = rehearsal_id
  WHERE claimed_by = workers.id AND result IS NULL AND status = 'running'), '[]')`;

export function openWorkerRegister(database: Database): WorkerRegister {
  const { rows } = database;
  return {
    beat: async ({ id, machine, snapshots, capacity }) => {
      await rows(
        `INSERT INTO workers (id, machine, snapshots, capacity) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET seen_at = now(), snapshots = excluded.snapshots, capacity = excluded.capacity`,
        [id, machine, JSON.stringify(snapshots), JSON.stringify(capacity)],
      );
      // Rows of workers that were killed would otherwise stay for ever.
      await rows(`DELETE FROM workers WHERE seen_at < now() - interval '1 day'`);
    },
    leave: async (id) => {
      await rows('DELETE FROM workers WHERE id = $1', [id]);
    },
    checked: (check) => database.transaction((ask) => checked(ask, check)),
    live: async (withinMs) => {
      const heardOf = "WHERE seen_at > now() - $1 * interval '1 millisecond' ORDER BY id";
      return (await rows<LiveWorker>(`SELECT ${ofItself} FROM workers ${heardOf}`, [withinMs])).map(dated);
    },
    known: async () =>
      (await rows<KnownWorker>(`SELECT ${ofItself}, ${inHand} AS "inHand" FROM workers ORDER BY machine, id`)).map(
        dated,
      ),
    occupy: (machine, how, signal) => occupy(database, machine, how, signal),
  };
}

/** Times inside of JSON come as text. */
const dated = <Worker extends LiveWorker>(worker: Worker): Worker => ({
  ...worker,
  selfCheck: worker.selfCheck && { ...worker.selfCheck, at: new Date(worker.selfCheck.at) },
});

async function checked(rows: Ask, { worker, machine, ok, says, tookMs }: Omit<StoredSelfCheck, 'at'>): Promise<void> {
  await rows('INSERT INTO self_checks (worker, machine, ok, says, took_ms) VALUES ($1, $2, $3, $4, $5)', [
    ...[worker, machine, ok, says, tookMs],
  ]);
  if (ok) return;
  const detail = { says };
  await recordAudit(rows, {
    action: 'self-check',
    actor: worker,
    service: null,
    subject: worker,
    requestId: null,
    detail,
  });
}

async function occupy(
  database: Database,
  machine: string,
  how: 'alone' | 'shared',
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  // A session lock on a connection of its own: the server gives it back when the connection ends, kill -9 included.
  const client = await database.dedicated('rehearsal/machine');
  const end = () => client.end().catch(() => undefined);
  signal.addEventListener('abort', end, { once: true });
  try {
    signal.throwIfAborted();
    // The server looks whether we are still there, also while it waits; otherwise a dead waiter would get the lock.
    await client.query(`SET client_connection_check_interval = '1s'`);
    const take = how === 'alone' ? 'pg_advisory_lock' : 'pg_advisory_lock_shared';
    await client.query(`SELECT ${take}($1, hashtext($2))`, [machineLocks, machine]);
  } catch (error) {
    signal.removeEventListener('abort', end);
    await end();
    signal.throwIfAborted();
    throw error;
  }
  signal.removeEventListener('abort', end);
  return { [Symbol.asyncDispose]: end };
}
