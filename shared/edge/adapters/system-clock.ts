import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';

/** The machine's own clock; monotonic since the process began. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => new Date(),
  wait: async (ms, signal) => {
    const untilMs = performance.now() + ms;
    let leftMs = ms;
    // A timer counts whole milliseconds and may be early by a part of one.
    do {
      await delay(Math.ceil(leftMs), undefined, signal === undefined ? {} : { signal });
      leftMs = untilMs - performance.now();
    } while (leftMs > 0);
  },
};
