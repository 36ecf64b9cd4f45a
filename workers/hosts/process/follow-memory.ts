import { beginSeries, rounded, type SteppedMaxima, withLook } from '../../../shared/domain/series.ts';
import type { Clock } from '../../../shared/edge/ports/clock.ts';
import type { ProcessGroup } from './process-group.ts';

const everyMs = 25;

export interface MemoryFollowed {
  /** What was in use from look to look, in ms since the start; undefined where nobody could look. */
  stop(): Promise<SteppedMaxima | undefined>;
}

/** Looks at the memory of a group until told to stop. */
export function followMemory(group: Pick<ProcessGroup, 'memoryBytes'>, clock: Clock): MemoryFollowed {
  const stopping = new AbortController();
  const startedMs = clock.now();
  const following = (async () => {
    let curve = beginSeries(0);
    while (!stopping.signal.aborted) {
      const bytes = await group.memoryBytes();
      if (bytes !== undefined) curve = withLook(curve, clock.now() - startedMs, bytes);
      // Called off, the loop ends.
      await clock.wait(everyMs, stopping.signal).catch(() => undefined);
    }
    return curve.most.length === 0 ? undefined : rounded(curve);
  })();
  // Nobody waits for it before the end; what went wrong is told there.
  following.catch(() => undefined);
  return {
    stop: () => {
      stopping.abort();
      return following;
    },
  };
}
