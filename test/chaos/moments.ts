import { setTimeout as delay } from 'node:timers/promises';
import { type Random, randomInteger } from '../../workers/load/seeded-random.ts';
import type { Part } from './stage.ts';

export interface Moment {
  readonly atMs: number;
  readonly downMs: number;
  readonly part: Part;
}

/** Every part is struck once before any is struck again; when, in which order and for how long the seed says. */
export function drawMoments(
  random: Random,
  parts: readonly Part[],
  durationMs: number,
  strikes: number,
): readonly Moment[] {
  const order = Array.from({ length: Math.ceil(strikes / parts.length) }, () => shuffled(random, parts)).flat();
  return order
    .slice(0, strikes)
    .map((part) => ({
      part,
      atMs: randomInteger(random, 0, durationMs),
      downMs: randomInteger(random, 100, 1_500),
    }))
    .sort((left, right) => left.atMs - right.atMs);
}

export const sayMoment = ({ atMs, part }: Moment): string => `${(atMs / 1000).toFixed(2)} s ${part.name}`;

/** Settles when all that was struck is there again. A part that is down still is struck when it is back. */
export async function strike(moments: readonly Moment[]): Promise<void> {
  const begunMs = performance.now();
  const busy = new Map<string, Promise<void>>();
  for (const { atMs, downMs, part } of moments) {
    await delay(Math.max(0, atMs - (performance.now() - begunMs)));
    const needed = part.needs ?? part.name;
    await busy.get(needed);
    const over = part.strike(downMs);
    // Whoever awaits all of them below hears of a failure.
    over.catch(() => undefined);
    busy.set(needed, over);
  }
  await Promise.all(busy.values());
}

function shuffled<T>(random: Random, items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((left, right) => left.at - right.at)
    .map(({ item }) => item);
}
