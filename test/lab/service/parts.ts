import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { ServerAddress } from '../../../shared/edge/ports/sql.ts';
import { startEmbeddedPostgres } from '../../support/embedded-postgres.ts';

/** A database of our own on a server of our own, whose directory is made `below`. */
export async function startDatabase(below?: string): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = await startEmbeddedPostgres(below === undefined ? {} : { below });
  return { url: urlOf(server.address), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function urlOf({ user, password, host, port, database }: ServerAddress): string {
  return `postgresql://${user}:${password}@${host}:${port}/${database}`;
}

export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly client: Redis;
}

export async function startRedis(...settings: readonly string[]): Promise<RedisServer> {
  const home = await mkdtemp(join(tmpdir(), 'rehearsal-test-redis-'));
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', home];
  const server = spawn('redis-server', [...args, ...settings], { stdio: 'ignore' });
  // A test that ran out of time is ended without its scopes being left.
  const lastResort = () => server.kill('SIGKILL');
  process.once('exit', lastResort);
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  client.on('error', () => undefined);
  await client.ping();
  return {
    url,
    client,
    [Symbol.asyncDispose]: async () => {
      process.removeListener('exit', lastResort);
      client.disconnect();
      const exited = once(server, 'exit');
      server.kill('SIGKILL');
      await exited;
      await rm(home, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Asks until the answer is there: a state is awaited, never a time. */
export async function eventually<T>(ask: () => Promise<T | undefined | null | false>, limitMs = 30_000): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`not so after ${limitMs} ms: ${ask.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
