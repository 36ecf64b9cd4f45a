import { connect, type Socket } from 'node:net';
import { Inlet } from './inlet.ts';
import { Outlet } from './outlet.ts';

/** One end of a session: a socket, read ahead and written with back-pressure. */
export class Peer {
  readonly inlet: Inlet;
  readonly outlet: Outlet;
  readonly #socket: Socket;

  constructor(socket: Socket, now: () => number) {
    this.#socket = socket;
    socket.setNoDelay(true);
    // A reset is one more way to go: 'close' follows, and the inlet tells it.
    socket.on('error', () => socket.destroy());
    this.inlet = new Inlet(socket, now);
    this.outlet = new Outlet(socket);
  }

  /** At once: what is queued in either direction is lost. */
  cut(): void {
    this.inlet.drop();
    this.#socket.destroy();
  }

  /** What was written still arrives, then the socket is gone. */
  finish(): void {
    this.outlet.flush();
    this.#socket.destroySoon();
  }
}

/** Undefined where nobody answers there. */
export async function reach(address: { host: string; port: number }, now: () => number): Promise<Peer | undefined> {
  const socket = connect({ ...address, allowHalfOpen: true });
  const peer = new Peer(socket, now);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once('connect', () => resolve(true));
  socket.once('close', () => resolve(false));
  return (await promise) ? peer : undefined;
}
