import type { LongReadObservation } from '../../shared/domain/standby.ts';
import { type ServerAddress, SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';
import type { LiveRun } from '../live-run.ts';
import { beginHolding } from '../load/actor-lock.ts';
import { takeLock } from '../load/take-lock.ts';

export interface LongRead extends AsyncDisposable {
  readonly ended: Promise<LongReadObservation>;
}

/** Longer than any lock that the migration could have taken on the table before. */
const waitMsMax = 10_000;
/** `serialization_failure`, by which a standby ends who is in the way of its replay. */
const conflictWithRecovery = '40001';

/** A transaction that has read a table and stays open for the planned time, or until the server has enough of it. */
export async function beginLongRead(
  run: LiveRun,
  address: ServerAddress,
  { relation, holdMs }: { readonly relation: string; readonly holdMs: number },
): Promise<LongRead> {
  const session = await beginReading(run, address, relation);
  const over = new AbortController();
  const read = async (): Promise<LongReadObservation> => {
    const sinceMs = run.now();
    // Called off or not, the read ends.
    await run.clock.wait(holdMs, AbortSignal.any([over.signal, run.signal])).catch(() => undefined);
    const cancelled = await session.query('COMMIT').then(
      () => false,
      (error: unknown) => error instanceof SqlError && error.sqlstate === conflictWithRecovery,
    );
    await session[Symbol.asyncDispose]();
    return { relation, heldMs: Math.round(run.now() - sinceMs), cancelled };
  };
  const ended = read();
  return {
    ended,
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await ended;
    },
  };
}

/** A standby without patience may end who only begins, for what was written before: that says nothing of the migration. */
async function beginReading(run: LiveRun, address: ServerAddress, relation: string): Promise<SqlSession> {
  for (const sinceMs = run.now(); ; ) {
    const session = await run.sql.connect(address, 'rehearsal/standby-long-read');
    try {
      await beginHolding(session, waitMsMax);
      await takeLock(session, relation, 'AccessShareLock');
      return session;
    } catch (error) {
      await session[Symbol.asyncDispose]();
      const isEnded = error instanceof SqlError && error.sqlstate === conflictWithRecovery;
      if (!isEnded || run.now() - sinceMs > waitMsMax) throw error;
    }
  }
}
