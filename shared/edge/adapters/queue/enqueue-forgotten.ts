import type { Queue } from '../../ports/queue.ts';
import type { Store } from '../../ports/store.ts';

/**
 * Whatever has begun and the queue does not know is enqueued: losing the queue loses no rehearsal. What has not begun
 * is admitted by any worker, out of Postgres.
 */
export async function enqueueForgotten(store: Store, queue: Queue): Promise<void> {
  await queue.hasten();
  for (const id of await store.rehearsals.running()) if (!(await queue.knows(id))) await queue.enqueue(id);
}
