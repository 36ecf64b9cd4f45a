import type { Clock } from '../shared/edge/ports/clock.ts';
import { SqlError, type SqlSession } from '../shared/edge/ports/sql.ts';

/** So long may a server that crashed take to accept connections again. */
const reconnectWaitMs = 30_000;
const reconnectEveryMs = 50;

/** Our own session on the clone, used by one look at a time. */
export interface Observer extends AsyncDisposable {
  /**
   * Nobody else's query comes between those of one look: statements of several connections are looked at while a
   * state is being read in a transaction. A look that loses its connection is made once more on a new one.
   */
  look<T>(look: (session: SqlSession) => Promise<T>): Promise<T>;
  /** Closes the session until the next look, for a server that is about to be stopped. */
  rest(): Promise<void>;
}

/** Once `signal` is aborted, a server that is gone is not waited for. */
export function openObserver(connect: () => Promise<SqlSession>, clock: Clock, signal?: AbortSignal): Observer {
  let session: SqlSession | undefined;
  let turn: Promise<void> = Promise.resolve();

  const rest = async (): Promise<void> => {
    const closing = session;
    session = undefined;
    await closing?.[Symbol.asyncDispose]();
  };
  const reach = async (): Promise<SqlSession> => {
    const deadline = clock.now() + reconnectWaitMs;
    for (;;) {
      try {
        return await connect();
      } catch (error) {
        if (!isLost(error) || clock.now() > deadline || signal?.aborted === true) throw error;
        await clock.wait(reconnectEveryMs);
      }
    }
  };
  const attempt = async <T>(look: (session: SqlSession) => Promise<T>): Promise<T> => {
    session ??= await reach();
    try {
      return await look(session);
    } catch (error) {
      if (isLost(error)) await rest();
      throw error;
    }
  };
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.then(settled, settled);
    return done;
  };
  return {
    look: (look) =>
      inTurn(() =>
        attempt(look).catch((error: unknown) => {
          if (!isLost(error)) throw error;
          return attempt(look);
        }),
      ),
    rest: () => inTurn(rest),
    [Symbol.asyncDispose]: () => inTurn(rest),
  };
}

const settled = (): void => undefined;

/** The connection ended, or the server is going down or coming up: the question itself was not answered. */
const isLost = (error: unknown): boolean =>
  error instanceof SqlError && (error.sqlstate === undefined || /^(08|57P)/.test(error.sqlstate));
