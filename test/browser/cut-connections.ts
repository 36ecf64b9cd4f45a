import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '../support/service.ts';

export interface Cutter extends AsyncDisposable {
  /** The same service, over connections that can be cut. */
  readonly address: string;
  cut(): void;
}

/** A way to a service that breaks when it is told to, as a proxy or a train does. */
export async function cutConnections(service: string): Promise<Cutter> {
  const to = new URL(service);
  const open = new Set<Socket>();
  const server = createServer((from) => {
    const there = connect(Number(to.port), to.hostname);
    for (const [one, other] of [
      [from, there],
      [there, from],
    ] as const) {
      open.add(one);
      one.pipe(other);
      // A cut is what this is for; the other end is told by the pipe's end.
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  const port = await freePort();
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    address: `http://127.0.0.1:${port}`,
    cut,
    [Symbol.asyncDispose]: async () => {
      server.close();
      cut();
    },
  };
}
