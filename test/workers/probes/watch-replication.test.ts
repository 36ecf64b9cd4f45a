import { expect, it } from 'vitest';
import { SqlError, type SqlSession } from '../../../shared/edge/ports/sql.ts';
import { watchReplication } from '../../../workers/probes/watch-replication.ts';

/** Looks in turn: written, replayed. The third is the worst; from the fourth on nothing is behind. */
const positions = [
  [100, 100],
  [300, 100],
  [900, 200],
  [900, 900],
] as const;

it('tells the lag over time, and its most is the most of the curve', async () => {
  let looks = 0;
  let nowMs = 0;
  const session = (answer: () => object): SqlSession => ({ query: async () => [answer()] }) as unknown as SqlSession;
  const at = () => positions[Math.min(looks, positions.length - 1)] ?? [0, 0];
  const enough = Promise.withResolvers<void>();
  await using watch = watchReplication({
    primary: session(() => ({ at: at()[0] })),
    standby: session(() => ({ at: at()[1], waits: false, locked: looks === 1 || looks === 2 })),
    readers: 'a reader',
    clock: {
      now: () => nowMs,
      wallTime: () => new Date(0),
      wait: async (ms) => {
        looks += 1;
        nowMs += 50 + ms;
        if (looks === positions.length + 1) enough.resolve();
        if (looks > positions.length) await new Promise((resolve) => setImmediate(resolve));
      },
    },
    now: () => nowMs,
  });
  await enough.promise;
  const { lag, lagBytesMax, lagMsMax, lockedOut, mayBeLockedOut, blocked } = await watch.stop();
  expect({ lockedOut, mayBeLockedOut, blocked }).toEqual({
    lockedOut: [{ fromMs: 70, toMs: 140 }],
    mayBeLockedOut: [{ fromMs: 0, toMs: 210 }],
    blocked: [],
  });
  expect(lagBytesMax).toBe(700);
  expect(lag?.bytes.most.slice(0, 5)).toEqual([0, 200, 700, null, 0]);
  expect(Math.max(...(lag?.ms.most ?? []).map(Number))).toBe(lagMsMax);
});

it('tells that it could not look any more, and for how long nobody did', async () => {
  let nowMs = 0;
  let looks = 0;
  const failing = Promise.withResolvers<void>();
  const answering = { query: async () => [{ at: 1 }] } as unknown as SqlSession;
  const cut: SqlSession = {
    query: async () => {
      looks += 1;
      if (looks === 1) return [{ at: 1, waits: false, locked: true }];
      failing.resolve();
      throw new SqlError('the connection was lost', undefined, undefined);
    },
  } as unknown as SqlSession;
  await using watch = watchReplication({
    ...{ primary: answering, standby: cut, readers: 'a reader', now: () => nowMs },
    clock: {
      now: () => nowMs,
      wallTime: () => new Date(0),
      wait: async (ms) => {
        nowMs += ms;
      },
    },
  });
  await failing.promise;
  nowMs = 5_000;
  expect(await watch.stop()).toMatchObject({
    lost: 'the connection was lost',
    gapMsMax: 5_000,
    lockedOut: [],
    mayBeLockedOut: [{ fromMs: 0, toMs: 5_000 }],
  });
});
