import { expect, test } from 'vitest';
import { systemClock } from '../../../../shared/edge/adapters/system-clock.ts';

test('whoever waits waits as long as was asked, parts of a millisecond included', async () => {
  const waits = Array.from({ length: 50 }, (_, n) => 3.9 + n / 100);
  const waited = await Promise.all(
    waits.map(async (ms) => {
      const sinceMs = systemClock.now();
      await systemClock.wait(ms);
      return { ms, short: systemClock.now() - sinceMs < ms };
    }),
  );
  expect(waited.filter(({ short }) => short)).toEqual([]);
});

test('whoever waits is told when it is over before', async () => {
  const over = new AbortController();
  const waiting = systemClock.wait(60_000, over.signal);
  over.abort();
  await expect(waiting).rejects.toThrow('aborted');
});
