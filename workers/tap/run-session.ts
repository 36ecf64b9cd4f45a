import { FrameError } from './framer.ts';
import { forwardFromClient } from './from-client.ts';
import { forwardFromServer } from './from-server.ts';
import { fatalMessage } from './messages.ts';
import type { Peer } from './peer.ts';
import { reach } from './peer.ts';
import { Session, type TapContext } from './session.ts';
import { readStartup } from './startup.ts';

export interface Connections {
  /** Makes a session known to the tap, with its number. */
  begin(make: (number: number) => Session): Session;
}

/**
 * One connection of a client from its first byte to the end of both sides. What a client sends never makes it throw.
 */
export async function serve(client: Peer, context: TapContext, connections: Connections): Promise<void> {
  const { now, server: address } = context.options;
  try {
    const startup = await readStartup(client);
    if (startup.kind === 'gone') return;
    const server = await reach(address, now);
    if (server === undefined) {
      await client.outlet.write(fatalMessage({ sqlstate: '08001', message: 'the server behind this address is gone' }));
      return;
    }
    await server.outlet.write(startup.packet);
    if (startup.kind === 'cancel') await passCancel(server);
    else {
      const { parameters } = startup;
      await run(connections.begin((number) => new Session(context, number, { client, server }, parameters)));
    }
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    await client.outlet.write(fatalMessage({ sqlstate: '08P01', message: error.message }));
  } finally {
    client.finish();
  }
}

/** The server answers a cancel request by closing its side, whether it found something to cancel or not. */
async function passCancel(server: Peer): Promise<void> {
  while ((await server.inlet.next()) !== null);
  server.finish();
}

async function run(session: Session): Promise<void> {
  const directions = [clientDirection(session), serverDirection(session)];
  try {
    await Promise.all(directions);
  } catch (error) {
    // One side cannot be understood: neither can go on.
    if (error instanceof FrameError) {
      await session.client.outlet.write(fatalMessage({ sqlstate: '08P01', message: error.message }));
    }
    session.server.cut();
    session.client.inlet.drop();
    session.client.finish();
    await Promise.allSettled(directions);
    throw error;
  } finally {
    session.open = false;
    session.changed();
  }
}

async function clientDirection(session: Session): Promise<void> {
  await forwardFromClient(session);
  await session.traceConcluded();
  // The server works on what it has and finds the end behind it, as if the client had been its own.
  session.server.outlet.end();
}

async function serverDirection(session: Session): Promise<void> {
  try {
    await forwardFromServer(session);
  } finally {
    session.open = false;
    session.trace?.begun.resolve(false);
    session.changed();
    session.client.inlet.drop();
    session.client.finish();
    session.server.finish();
  }
}
