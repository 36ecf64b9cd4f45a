import { type Holder, holderTraits } from '../../shared/domain/holder.ts';
import type { LockMode } from '../../shared/domain/lock.ts';
import { RehearsalError } from '../../shared/domain/problem.ts';
import type { HeldRows } from '../../shared/domain/run.ts';
import type { ServerAddress, Sql, SqlSession } from '../../shared/edge/ports/sql.ts';
import { takeLock, takeRows } from './take-lock.ts';

export interface ActorLockRequest {
  readonly relation: string;
  readonly holds: LockMode;
  /** Whose lock it is to be; default: one that keeps its view of the rows. */
  readonly holder?: Holder;
  /** Instead of one row or the whole table: these rows. */
  readonly rows?: HeldRows;
  /** How long the actor itself may wait for it; default 10 s. */
  readonly waitMsMax?: number;
}

/** A lock held by somebody else than the migration; leaving its scope releases it. */
export interface ActorLock extends AsyncDisposable {
  readonly pid: number;
  /** Changes nothing but the lock: the transaction is rolled back. Safe to repeat. */
  release(): Promise<void>;
}

/**
 * Holds a lock as `rehearsal/actor` until released. A vacuum and an index build are stood for by a session that holds
 * what they hold: real ones end when their work is done, and small tables are soon done. Throws RehearsalError `no-actor-lock` where it cannot be had.
 */
export async function acquireActorLock(
  sql: Sql,
  address: ServerAddress,
  { relation, holds, holder, rows, waitMsMax = 10_000 }: ActorLockRequest,
): Promise<ActorLock> {
  const session = await sql.connect(address, actorName(holder));
  try {
    await beginHolding(session, waitMsMax, holder);
    if (rows === undefined) await takeLock(session, relation, holds);
    else await takeRows(session, relation, rows);
    await assertHeld(session, relation, holds);
    await closeLastView(session);
  } catch (cause) {
    await session[Symbol.asyncDispose]();
    const reason = cause instanceof Error ? cause.message : String(cause);
    const detail = `An actor could not hold ${holds} on ${relation}: ${reason}`;
    const remedy = 'Look whether the relation exists at that moment, and whether the role may lock it.';
    throw new RehearsalError('machine', 'no-actor-lock', detail, remedy, { cause });
  }
  let released: Promise<void> | undefined;
  const release = (): Promise<void> => {
    released ??= endHolding(session);
    return released;
  };
  return { pid: session.backendPid, release, [Symbol.asyncDispose]: release };
}

/** The server shows it to everybody, and findings tell whose lock it was. */
export const actorName = (holder: Holder | undefined): string =>
  holder === undefined ? 'rehearsal/actor' : `rehearsal/actor ${holder}`;

/** A transaction that production's own time limits may not end: what it holds is ours to release. */
export async function beginHolding(session: SqlSession, waitMsMax: number, holder?: Holder): Promise<void> {
  const keepsSnapshot = holder === undefined || holderTraits[holder].keepsSnapshot;
  const isolation = keepsSnapshot ? 'REPEATABLE READ' : 'READ COMMITTED';
  await session.query(`BEGIN ISOLATION LEVEL ${isolation}; SET LOCAL lock_timeout = ${Math.ceil(waitMsMax)};
    SELECT set_config(name, '0', true) FROM pg_settings
    WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout', 'statement_timeout')`);
}

/** A question with parameters keeps its view of the rows until the next question, in any isolation. */
export async function closeLastView(session: SqlSession): Promise<void> {
  await session.query('SELECT');
}

async function assertHeld(session: SqlSession, relation: string, mode: LockMode): Promise<void> {
  const [row] = await session.query<{ held: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
       JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE l.pid = pg_backend_pid() AND l.granted AND l.mode = $2 AND n.nspname || '.' || c.relname = $1) AS held`,
    [relation, mode],
  );
  if (!row?.held) throw new Error('the server does not show it');
}

async function endHolding(session: SqlSession): Promise<void> {
  try {
    await session.query('ROLLBACK');
  } catch {
    // The connection is gone, and its locks with it: that is all that was wanted.
  } finally {
    await session[Symbol.asyncDispose]();
  }
}
