import type { Queue } from '../../ports/queue.ts';
import type { Store } from '../../ports/store.ts';

/**
 * Whatever Postgres says is unfinished and the queue does not know is enqueued: losing the queue loses no rehearsal.
 */
export async function enqueueForgotten(store: Store, queue: Queue): Promise<void> {
  for (const id of await store.rehearsals.unfinished()) if (!(await queue.knows(id))) await queue.enqueue(id);
}
