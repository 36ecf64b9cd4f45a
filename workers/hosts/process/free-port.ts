import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the range from which the kernel takes ports for outgoing connections, so that none of those is in the way
 * later.
 */
const portFirst = 10_240;
const portCount = 22_000;
const recentlyGiven = new Set<number>();
const rememberedMax = 2000;

/** A port of 127.0.0.1 that nobody listens on and that this process has not given away lately. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = portFirst + Math.floor(Math.random() * portCount);
    if (recentlyGiven.has(port) || !(await canListen(port))) continue;
    recentlyGiven.add(port);
    const oldest = recentlyGiven.values().next().value;
    if (recentlyGiven.size > rememberedMax && oldest !== undefined) recentlyGiven.delete(oldest);
    return port;
  }
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  try {
    const listening = once(server, 'listening');
    server.listen(port, '127.0.0.1');
    await listening;
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
