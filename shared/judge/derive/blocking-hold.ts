import type { JudgeContext } from '../context.ts';
import { bytes, duration } from './sentences.ts';

/** Below it a machine that is busy for a moment explains the time as well as the migration does. */
const heldMsFloor = 250;
/** A smaller table is read and written in a moment anywhere: who holds it for long does something else meanwhile. */
const bytesFloor = 1024 ** 2;

/** How many times larger production is than the snapshot; 1 where nobody said. */
export function timesSnapshot({ snapshot }: JudgeContext): number {
  const { bytes: here, productionBytes = here } = snapshot;
  return here > 0 ? Math.max(1, productionBytes / here) : 1;
}

/**
 * The rule of every check that turns from a warning into a refusal by size: writers were kept out for longer than
 * `budgets.blocked` (never less than the floor), and the table is large enough to be the reason. Where production is
 * known to be larger than the snapshot, both grow with it.
 */
export function keepsWritersOut(heldMs: number, tableBytes: number, context: JudgeContext): boolean {
  const times = timesSnapshot(context);
  const limitMs = Math.max(context.manifest.budgets.blockedMs, heldMsFloor);
  return tableBytes * times >= bytesFloor && heldMs * times > limitMs;
}

/** `the budget is 1 s`, and what becomes of it in production where that is larger. */
export function scaleWords(heldMs: number, tableBytes: number, context: JudgeContext): string {
  const budget = `the budget for blocked traffic is ${duration(context.manifest.budgets.blockedMs)}`;
  const times = timesSnapshot(context);
  if (times <= 1) return budget;
  return `${budget}; production is ${Math.round(times * 10) / 10} times as large: about ${duration(heldMs * times)} for ${bytes(tableBytes * times)}`;
}
