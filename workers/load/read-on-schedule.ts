import type { Clock } from '../../shared/edge/ports/clock.ts';
import { type ServerAddress, type Sql, SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';

export interface ReadOptions {
  readonly sql: Sql;
  readonly address: ServerAddress;
  readonly clock: Clock;
  readonly now: () => number;
  /** They are read in turn; `quoted` as statements must write it. */
  readonly tables: readonly { readonly relation: string; readonly quoted: string }[];
}

export interface ScheduledRead {
  readonly relation: string;
  /** When it was to begin, whether or not a connection was free. */
  readonly intendedMs: number;
  readonly endedMs: number;
  /** `08006` where the connection was lost without a word. */
  readonly sqlstate?: string;
}

export interface ReadSchedule extends AsyncDisposable {
  /** Begins no more; those under way come to their end. */
  stop(): Promise<{ readonly planned: number; readonly reads: readonly ScheduledRead[] }>;
}

/** What the sessions of these reads are called. */
export const standbyReads = 'rehearsal/standby-read';
const everyMs = 50;
const connections = 6;

/** Short reads that arrive whatever became of those before; what finds no free connection waits for one. */
export async function readOnSchedule(options: ReadOptions): Promise<ReadSchedule> {
  const { sql, address, clock, now, tables } = options;
  const stopping = new AbortController();
  const reads: ScheduledRead[] = [];
  const queue: { readonly relation: string; readonly quoted: string; readonly intendedMs: number }[] = [];
  let planned = 0;
  const connect = () => sql.connect(address, standbyReads);
  const lane = async (first: SqlSession): Promise<void> => {
    let session = first;
    try {
      while (!stopping.signal.aborted || queue.length > 0) {
        const next = queue.shift();
        if (next === undefined) {
          // Called off, the loop looks at once.
          await clock.wait(5, stopping.signal).catch(() => undefined);
          continue;
        }
        const { relation, quoted, intendedMs } = next;
        const sqlstate = await refusalOf(session, `SELECT 1 FROM ${quoted} LIMIT 1`);
        reads.push({ relation, intendedMs, endedMs: now(), ...(sqlstate === undefined ? {} : { sqlstate }) });
        if (sqlstate !== undefined) {
          await session[Symbol.asyncDispose]();
          session = await connect();
        }
      }
    } finally {
      await session[Symbol.asyncDispose]();
    }
  };
  const arrivals = async (): Promise<void> => {
    for (const startMs = now(); !stopping.signal.aborted && tables.length > 0; ) {
      const table = tables[planned % tables.length];
      const intendedMs = startMs + planned * everyMs;
      // Called off, it is the last one, and it is not sent.
      await clock.wait(Math.max(0, intendedMs - now()), stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted || table === undefined) return;
      queue.push({ ...table, intendedMs });
      planned += 1;
    }
  };
  const sessions = await Promise.all(Array.from({ length: connections }, connect));
  const ended = Promise.allSettled([arrivals(), ...sessions.map(lane)]);
  const stop = async () => {
    stopping.abort();
    await ended;
    return { planned, reads };
  };
  return { stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}

async function refusalOf(session: SqlSession, statement: string): Promise<string | undefined> {
  try {
    await session.query(statement);
    return undefined;
  } catch (error) {
    if (error instanceof SqlError) return error.sqlstate ?? '08006';
    throw error;
  }
}
