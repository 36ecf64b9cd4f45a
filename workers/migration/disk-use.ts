import type { DiskUse } from '../../shared/domain/observation.ts';
import { type Observed, observed, unobserved } from '../../shared/domain/observed.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import type { LiveRun } from '../live-run.ts';

/** Who is done sooner has hardly filled a disk, and pays nothing for being watched. */
const firstLookAfterMs = 500;
const everyMs = 250;

export interface DiskWatch extends AsyncDisposable {
  /** Looks once more and ends; safe to repeat. */
  stop(): Promise<Observed<DiskUse>>;
}

/** What the server writes while nobody else is in the room, from before the first statement to after the last. */
export async function watchDiskUse(run: LiveRun): Promise<DiskWatch> {
  const stopping = new AbortController();
  const before = await lookNow(run);
  let grownBytesMax = 0;
  const note = (bytes: number) => {
    if (before.seen) grownBytesMax = Math.max(grownBytesMax, bytes - before.value.bytes);
  };
  const ended = before.seen ? sample(run, stopping.signal, note) : Promise.resolve();
  const finish = async (): Promise<Observed<DiskUse>> => {
    stopping.abort();
    await ended;
    const after = await lookNow(run);
    if (!before.seen) return before;
    if (!after.seen) return after;
    note(after.value.bytes);
    return observed({
      databaseBytes: before.value.bytes,
      grownBytesMax,
      walBytes: after.value.walAt - before.value.walAt,
      tempBytes: Math.max(0, after.value.tempBytes - before.value.tempBytes),
    });
  };
  let finished: Promise<Observed<DiskUse>> | undefined;
  const stop = () => {
    finished ??= finish();
    return finished;
  };
  return {
    stop,
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await ended;
    },
  };
}

interface Look {
  readonly bytes: number;
  readonly walAt: number;
  readonly tempBytes: number;
}

/** https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-DATABASE-VIEW */
const lookSql = `SELECT pg_database_size(datname)::float8 AS bytes,
    pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS "walAt", temp_bytes::float8 AS "tempBytes"
  FROM pg_stat_database WHERE datname = current_database()`;

async function lookNow(run: LiveRun): Promise<Observed<Look>> {
  try {
    const [look] = await run.observer.look((admin) => admin.query<Look>(lookSql));
    return look === undefined ? unobserved('the server has no statistics of the database') : observed(look);
  } catch (error) {
    const said = error instanceof Error ? run.redact.message(error.message) : String(error);
    return unobserved(`the size of the database could not be read: ${said}`);
  }
}

/** On a session of its own, so that no look at a statement waits for it. What it misses, the last look still has. */
async function sample(run: LiveRun, stopping: AbortSignal, note: (bytes: number) => void): Promise<void> {
  const pause = (ms: number) => run.clock.wait(ms, stopping).catch(() => undefined);
  await pause(firstLookAfterMs);
  let session: SqlSession | undefined;
  while (!stopping.aborted && !run.signal.aborted) {
    try {
      session ??= await run.sql.connect(run.clone.admin, 'rehearsal/disk');
      const [row] = await session.query<{ bytes: number }>(
        'SELECT pg_database_size(current_database())::float8 AS bytes',
      );
      if (row !== undefined) note(row.bytes);
    } catch {
      // The server went down or came up: the next look is made on a new session.
      await session?.[Symbol.asyncDispose]();
      session = undefined;
    }
    await pause(everyMs);
  }
  await session?.[Symbol.asyncDispose]();
}
