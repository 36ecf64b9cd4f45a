import type { BullQueue } from './backend.ts';

/** Tries are at most 8 s apart, and what goes elsewhere is put off by a second. */
export const usualLateMs = 30_000;
const atOnce = 1_000;

/**
 * A job that is put off names the moment at which it goes on, by the clock of whoever put it off. How long it has been
 * so is counted here, by a clock that nobody can set.
 */
export function hastening(queue: BullQueue): (lateMs: number) => Promise<void> {
  let seen = new Map<string, number>();
  return async (lateMs) => {
    const nowMs = performance.now();
    const delayed = await queue.getDelayed(0, atOnce - 1);
    const still = new Map<string, number>();
    for (const job of delayed) {
      if (job.id === undefined) continue;
      const sinceMs = seen.get(job.id);
      if (sinceMs === undefined || nowMs - sinceMs < lateMs) still.set(job.id, sinceMs ?? nowMs);
      // Whoever took it meanwhile has hastened it as well.
      else await job.promote().catch(() => undefined);
    }
    seen = still;
  };
}
