import type { LoadActor } from '../../shared/domain/bundle.ts';
import { type Holder, holderTraits } from '../../shared/domain/holder.ts';
import type { Clock } from '../../shared/edge/ports/clock.ts';
import type { ServerAddress, Sql, SqlSession } from '../../shared/edge/ports/sql.ts';
import { actorName, beginHolding, closeLastView } from './actor-lock.ts';
import { takeLock } from './take-lock.ts';

export interface ActorsOptions {
  readonly sql: Sql;
  /** Who the applications are. */
  readonly address: ServerAddress;
  /** Who dumps and maintains; default: the same. */
  readonly admin?: ServerAddress;
  readonly clock: Clock;
  readonly actors: readonly LoadActor[];
  readonly relations: readonly string[];
  readonly holdMs: number;
}

/** Leaving its scope stops them. */
export interface Actors extends AsyncDisposable {
  /** Releases everything at once; safe to repeat. */
  stop(): Promise<ActorsObservation>;
}

export interface ActorsObservation {
  /** Rounds of holding that began. */
  readonly rounds: number;
  /** Locks that were held. */
  readonly holds: number;
  /** Attempts that the server refused, or that were not answered before the round was over. */
  readonly refused: number;
}

const holderOf: Readonly<Record<LoadActor, Holder>> = {
  // CONTRACT 1.7: it has written a row.
  'idle-in-transaction': 'open-write',
  'long-read': 'long-read',
  'pg-dump': 'pg-dump',
  vacuum: 'vacuum',
};

/** Connections of one kind of actor at the same time; more relations take turns round by round. */
const relationsPerRound = 12;

/** All hold for `holdMs`, then all pause for as long, so that a bounded retry can win (CONTRACT 1.7). */
export async function startActors(options: ActorsOptions): Promise<Actors> {
  const stopping = new AbortController();
  const seen = { rounds: 0, holds: 0, refused: 0 };
  const round = async (): Promise<void> => {
    const first = (seen.rounds * relationsPerRound) % Math.max(1, options.relations.length);
    const turn = options.relations.slice(first, first + relationsPerRound);
    seen.rounds += 1;
    const endsAtMs = options.clock.now() + options.holdMs;
    const held = options.actors.flatMap((kind) =>
      turn.map(async (relation) => {
        const outcome = await holdUntil(options, relation, holderOf[kind], endsAtMs, stopping.signal);
        seen[outcome] += 1;
      }),
    );
    await Promise.all(held);
    await pause(options.clock, endsAtMs - options.clock.now(), stopping.signal);
    await pause(options.clock, options.holdMs, stopping.signal);
  };
  const ended = (async () => {
    while (!stopping.signal.aborted && options.actors.length > 0 && options.relations.length > 0) await round();
  })();
  const stop = async (): Promise<ActorsObservation> => {
    stopping.abort();
    await ended;
    return { ...seen };
  };
  return { stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}

/** One actor in one round. A refusal is no failure of ours: the migration may hold or drop the table. */
async function holdUntil(
  { sql, address, admin = address, clock }: ActorsOptions,
  relation: string,
  holder: Holder,
  endsAtMs: number,
  stopping: AbortSignal,
): Promise<'holds' | 'refused'> {
  let session: SqlSession | undefined;
  try {
    const isApps = holder === 'open-write' || holder === 'long-read';
    session = await sql.connect(isApps ? address : admin, actorName(holder));
    await beginHolding(session, Math.max(1, endsAtMs - clock.now()), holder);
    await takeLock(session, relation, holderTraits[holder].holds);
    await closeLastView(session);
    await pause(clock, endsAtMs - clock.now(), stopping);
    await session.query('ROLLBACK');
    return 'holds';
  } catch {
    return 'refused';
  } finally {
    await session?.[Symbol.asyncDispose]();
  }
}

async function pause(clock: Clock, ms: number, stopping: AbortSignal): Promise<void> {
  if (ms <= 0 || stopping.aborted) return;
  try {
    await clock.wait(ms, stopping);
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
}
