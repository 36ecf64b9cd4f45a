import { expect, it } from 'vitest';
import type { Clock } from '../../../shared/edge/ports/clock.ts';
import { followMemory } from '../../../workers/hosts/process/follow-memory.ts';

/** Time goes on by what is waited; the looks end when nothing more is in use. */
function clockUntil(ended: () => void, looksMax: number): Clock {
  let nowMs = 5000;
  let looks = 0;
  return {
    now: () => nowMs,
    wallTime: () => new Date(0),
    wait: async (ms, signal) => {
      nowMs += ms;
      looks += 1;
      if (looks < looksMax) return;
      ended();
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
    },
  };
}

it('keeps the most that a group uses of each step since its start', async () => {
  const ended = Promise.withResolvers<void>();
  const used = [10, 30, undefined, undefined, 20];
  const memory = followMemory({ memoryBytes: async () => used.shift() }, clockUntil(ended.resolve, 5));
  await ended.promise;
  expect(await memory.stop()).toEqual({ fromMs: 0, stepMs: 50, most: [30, null, 20] });
});

it('has nothing to tell where nobody can look', async () => {
  const ended = Promise.withResolvers<void>();
  const memory = followMemory({ memoryBytes: async () => undefined }, clockUntil(ended.resolve, 2));
  await ended.promise;
  expect(await memory.stop()).toBeUndefined();
});

it('tells at the end what kept it from looking', async () => {
  const clock = clockUntil(() => undefined, 1);
  const memory = followMemory({ memoryBytes: () => Promise.reject(new Error('no such file')) }, clock);
  await expect(memory.stop()).rejects.toThrow('no such file');
});
