import type { KnownWorker, LiveWorker, WorkerRegister } from '../../ports/worker-register.ts';
import type { Database } from './database.ts';

/** First half of the two-part advisory lock keys that stand for machines; the other half is the machine's hash. */
const machineLocks = 727_130;

export function openWorkerRegister(database: Database): WorkerRegister {
  const { rows } = database;
  return {
    beat: async ({ id, machine, snapshots }) => {
      await rows(
        `INSERT INTO workers (id, machine, snapshots) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET seen_at = now(), snapshots = excluded.snapshots`,
        [id, machine, JSON.stringify(snapshots)],
      );
      // Rows of workers that were killed would otherwise stay for ever.
      await rows(`DELETE FROM workers WHERE seen_at < now() - interval '1 day'`);
    },
    leave: async (id) => {
      await rows('DELETE FROM workers WHERE id = $1', [id]);
    },
    live: (withinMs) =>
      rows<LiveWorker>(
        `SELECT id, machine, snapshots, seen_at AS "seenAt" FROM workers
          WHERE seen_at > now() - $1 * interval '1 millisecond' ORDER BY id`,
        [withinMs],
      ),
    known: () =>
      rows<KnownWorker>(
        `SELECT id, machine, snapshots, started_at AS "startedAt", seen_at AS "seenAt",
                coalesce((SELECT json_agg(json_build_object('rehearsal', rehearsal_id, 'run', run_id)
                                          ORDER BY claimed_at)
                            FROM runs JOIN rehearsals ON rehearsals.id = rehearsal_id
                           WHERE claimed_by = workers.id AND result IS NULL AND status = 'running'), '[]') AS "inHand"
           FROM workers ORDER BY machine, id`,
      ),
    occupy: (machine, how, signal) => occupy(database, machine, how, signal),
  };
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
