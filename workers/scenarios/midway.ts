import type { LiveRun } from '../live-run.ts';
import { openOlderSnapshot } from '../migration/idle-sessions.ts';
import { lookAtBackend } from '../probes/look-at-backend.ts';

const pollMs = 5;
/** A statement that has worked so long is in its midst. */
const underWayMs = 50;

export interface Midway {
  /** Nobody waits for the middle any more; throws what went wrong on the way. */
  end(): Promise<void>;
}

export interface MidwayOptions {
  /**
   * The statement waits for snapshots older than itself, as concurrent index builds do: one of ours keeps it there
   * until `reached` has settled.
   */
  readonly waitsForOthers: boolean;
  reached(): Promise<void>;
}

/** Calls `reached` once, while the next statement of this backend is being worked on. */
export async function watchMidway(run: LiveRun, backendPid: number, options: MidwayOptions): Promise<Midway> {
  const older = options.waitsForOthers ? await openOlderSnapshot(run) : undefined;
  let stopping = false;
  const watching = (async () => {
    try {
      while (!stopping) {
        if (await isMidway(run, backendPid, older?.backendPid)) return await options.reached();
        await run.clock.wait(pollMs);
      }
    } finally {
      await older?.[Symbol.asyncDispose]();
    }
  })();
  const ended = watching.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  return {
    async end() {
      stopping = true;
      const failure = await ended;
      if (failure !== undefined) throw failure.error;
    },
  };
}

async function isMidway(run: LiveRun, backendPid: number, olderPid: number | undefined): Promise<boolean> {
  if (olderPid !== undefined) {
    return (await run.observer.look((admin) => lookAtBackend(admin, backendPid))).waitsFor.includes(olderPid);
  }
  const rows = await run.observer.look((admin) =>
    admin.query<{ midway: boolean }>(
      `SELECT state = 'active' AND clock_timestamp() - query_start > $2 * interval '1 ms' AS midway
       FROM pg_stat_activity WHERE pid = $1`,
      [backendPid, underWayMs],
    ),
  );
  return rows[0]?.midway === true;
}
