import { type LockMode, lockModes } from '../../shared/domain/lock.ts';
import type { LiveRun } from '../live-run.ts';
import { lookAtBackend } from '../probes/look-at-backend.ts';

const pollMs = 5;

export interface SeenOutside {
  /** The strongest lock seen on each relation. */
  readonly locks: readonly { readonly relation: string; readonly mode: LockMode }[];
  /** It waited for the older snapshot. */
  readonly waitsForSnapshots: boolean;
}

/** Looks at a backend while its statement runs. */
export interface OutsideWatch extends AsyncDisposable {
  end(): Promise<SeenOutside>;
}

/**
 * For statements that refuse a transaction block, whose locks are gone before anybody hears of their end. An older
 * snapshot of ours is open meanwhile: concurrent index builds wait for it with their locks held, and it is closed as
 * soon as that has been seen.
 */
export async function watchOutside(run: LiveRun, pid: number): Promise<OutsideWatch> {
  const older = await run.sql.connect(run.clone.admin, 'rehearsal/older-snapshot');
  await older.query(`BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL statement_timeout = 0;
    SELECT set_config(name, '0', true) FROM pg_settings
    WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')`);
  const seen = new Map<string, LockMode>();
  let stopping = false;
  let waitsForSnapshots = false;
  const watching = (async () => {
    try {
      while (!stopping) {
        const look = await run.observer.look((session) => lookAtBackend(session, pid));
        for (const { relation, mode } of look.locks) {
          const known = seen.get(relation);
          if (known === undefined || lockModes.indexOf(mode) > lockModes.indexOf(known)) seen.set(relation, mode);
        }
        if (look.waitsForOthers) {
          waitsForSnapshots = true;
          await older[Symbol.asyncDispose]();
        }
        if (!stopping) await run.clock.wait(pollMs);
      }
    } finally {
      // Whatever became of the looks: nobody waits for our snapshot any longer.
      await older[Symbol.asyncDispose]();
    }
  })();
  const ended = watching.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const end = async () => {
    stopping = true;
    const failure = await ended;
    if (failure !== undefined) throw failure.error;
    return { locks: [...seen].map(([relation, mode]) => ({ relation, mode })), waitsForSnapshots };
  };
  return { end, [Symbol.asyncDispose]: async () => void (await end()) };
}
