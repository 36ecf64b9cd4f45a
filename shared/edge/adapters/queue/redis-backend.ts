import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { RehearsalError } from '../../../domain/problem.ts';
import { type Backend, pingMs, queueUnreachable } from './backend.ts';

export async function redisBackend(url: string): Promise<Backend> {
  const pinger = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, connectTimeout: pingMs });
  // Errors of this connection are told by the command that meets them.
  pinger.on('error', () => undefined);
  const ping = async () => {
    await answered(pinger.ping());
  };
  try {
    await ping();
    await refuseEviction(pinger);
  } catch (error) {
    pinger.disconnect();
    throw error;
  }
  const connection = { url, maxRetriesPerRequest: null };
  return {
    kind: 'redis',
    queue: (name) => new Queue(name, { connection }),
    worker: (name, process, options) => new Worker(name, process, { ...options, connection }),
    ping,
    [Symbol.asyncDispose]: async () => pinger.disconnect(),
  };
}

/** A Redis that may evict keys forgets jobs one by one, which nobody would notice; losing all of them is noticed. */
async function refuseEviction(redis: Redis): Promise<void> {
  const policy = /maxmemory_policy:(\S+)/.exec(await answered(redis.info('memory')))?.[1];
  if (policy === undefined || policy === 'noeviction') return;
  throw new RehearsalError(
    'machine',
    'evicting-redis',
    `Redis has the eviction policy ${policy}: it may drop queued work without a word.`,
    'Run `redis-cli config set maxmemory-policy noeviction` and put `maxmemory-policy noeviction` into redis.conf.',
  );
}

async function answered<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${pingMs} ms`)), pingMs);
  });
  try {
    return await Promise.race([answer, late]);
  } catch (cause) {
    throw queueUnreachable('redis', cause);
  } finally {
    clearTimeout(timer);
  }
}
