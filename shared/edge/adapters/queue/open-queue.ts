import type { Queue } from '../../ports/queue.ts';
import { openBullQueue } from './bull-queue.ts';
import { postgresBackend } from './postgres-backend.ts';
import { redisBackend } from './redis-backend.ts';

export interface QueueOptions {
  /** `redis://…` for a team; `postgresql://…` for one machine without Redis. */
  readonly url: string;
  readonly onError: (error: Error) => void;
}

/** Throws RehearsalError `queue-unreachable`, or `evicting-redis` where Redis may drop jobs. */
export async function openQueue({ url, onError }: QueueOptions): Promise<Queue> {
  const backend = /^rediss?:/.test(url) ? await redisBackend(url) : await postgresBackend(url);
  return openBullQueue(backend, onError);
}
