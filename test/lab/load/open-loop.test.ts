import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { OpenLoop } from '../../../workers/load/open-loop.ts';
import { startEmbeddedPostgres } from '../../support/embedded-postgres.ts';

test('a timer that fires a moment too early does not make arrivals late', async () => {
  await using server = await startEmbeddedPostgres();
  const plan = {
    address: server.address,
    connectionsMax: 8,
    ratePerSecond: 40,
    seed: 7,
    templates: [
      {
        kind: 'declared' as const,
        weight: 1,
        for: 'both' as const,
        writes: [],
        parts: [{ part: 'text' as const, text: 'SELECT 1' }],
      },
    ],
  };
  // On a clock that goes slow every timer is early.
  const loop = new OpenLoop(plan, () => performance.now() * 0.97);
  await loop.start();
  await delay(2_000);
  const { records } = await loop.stop(1_000);
  const late = records.filter(({ queuedAtMs, intendedAtMs }) => queuedAtMs - intendedAtMs > 50);
  expect(records.length).toBeGreaterThan(50);
  // A busy machine may hold one up; a nap after every second arrival makes most of them late.
  expect(late.length).toBeLessThan(records.length / 10);
});
