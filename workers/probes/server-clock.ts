import type { SqlSession } from '../../shared/edge/ports/sql.ts';

/** Translates the server's wall clock to the run's clock. */
export interface ServerClock {
  /** Epoch ms of the server → ms from the run's start. */
  toRunMs(serverEpochMs: number): number;
  /** How far off a translated time may be: half the best round trip. */
  readonly uncertaintyMs: number;
}

const tries = 5;

/** `now` gives ms from the run's start. The quickest of a few round trips tells the offset best. */
export async function measureServerClock(session: SqlSession, now: () => number): Promise<ServerClock> {
  let offsetMs = 0;
  let roundTripMs = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const askedAtMs = now();
    const [row] = await session.query<{ ms: number }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms',
    );
    const answeredAtMs = now();
    if (row === undefined || answeredAtMs - askedAtMs >= roundTripMs) continue;
    roundTripMs = answeredAtMs - askedAtMs;
    offsetMs = row.ms - (askedAtMs + answeredAtMs) / 2;
  }
  return { toRunMs: (serverEpochMs) => serverEpochMs - offsetMs, uncertaintyMs: roundTripMs / 2 };
}
