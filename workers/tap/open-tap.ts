import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { RehearsalError } from '../../shared/domain/problem.ts';
import type { Tap, TapOptions } from '../../shared/edge/ports/tap.ts';
import { Ledger } from './ledger.ts';
import { Peer } from './peer.ts';
import { serve } from './run-session.ts';
import type { Session, TapContext } from './session.ts';

/**
 * Listens on a free port and stands between its clients and the server.
 *
 * A client's next unit (a simple Query, or messages up to Sync) is sent once the one before it is answered and its
 * hooks have settled. Within a pipeline, Executes are announced one by one; they finish together at the ReadyForQuery
 * of their Sync, in order, or at a Flush, or at an error that no Sync follows yet; their statuses before the last are
 * read from their texts. Executes behind a failed one never ran and are not statements; a Parse that fails without an
 * Execute is one, unannounced. A simple Query with several commands has the last one's tag and the sum of their rows.
 *
 * What finished is held from its CommandComplete on; a traced unit's answer is held whole until COMMIT succeeded.
 * Beyond `limits.heldBytesMax` it is streamed, and then a traced unit can no longer be sent again plainly. A traced
 * statement is committed although its client vanished while its hook looked: in autocommit it was durable by then. A
 * client whose socket ends while a hook holds it has vanished: nothing more of it is sent. A traced statement's
 * duration is without its COMMIT.
 *
 * A hook that throws ends its session at once, and leaving the tap's scope throws RehearsalError `tap-failed` with it
 * as the cause.
 */
export async function openTap(options: TapOptions): Promise<Tap> {
  const ledger = new Ledger();
  const disposed = Promise.withResolvers<void>();
  const failures: unknown[] = [];
  const failed = (error: unknown): void => {
    failures.push(error);
  };
  const context: TapContext = { options, ledger, disposed: disposed.promise, failed };
  const sessions: Session[] = [];
  const clients = new Set<Peer>();
  const running = new Set<Promise<void>>();
  const begin = (make: (number: number) => Session): Session => {
    const session = make(sessions.length + 1);
    sessions.push(session);
    return session;
  };
  const listener = createServer({ allowHalfOpen: true }, (socket) => {
    const client = new Peer(socket, options.now);
    clients.add(client);
    const served = serve(client, context, { begin }).catch(failed);
    running.add(served);
    void served.then(() => {
      clients.delete(client);
      running.delete(served);
    });
  });
  listener.listen(0, options.listenHost);
  await once(listener, 'listening');
  return {
    host: options.listenHost,
    port: (listener.address() as AddressInfo).port,
    statements: () => ledger.statements(),
    sessions: () => sessions.map((session) => session.seen),
    cut: () => {
      for (const session of sessions) session.vanish();
      for (const client of clients) client.cut();
    },
    [Symbol.asyncDispose]: async () => {
      listener.close();
      disposed.resolve();
      for (const session of sessions) session.cut();
      for (const client of clients) client.cut();
      await Promise.all(running);
      if (failures.length > 0) throw tapFailed(failures);
    },
  };
}

function tapFailed(failures: readonly unknown[]): RehearsalError {
  const cause = failures.length === 1 ? failures[0] : new AggregateError(failures);
  return new RehearsalError(
    'ours',
    'tap-failed',
    'What watches the statements of a run failed, and the session it watched was ended.',
    'Run the rehearsal again; if it happens again, report it with the cause below.',
    { cause },
  );
}
