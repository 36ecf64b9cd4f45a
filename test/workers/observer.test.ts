import { expect, test } from 'vitest';
import { systemClock } from '../../shared/edge/adapters/system-clock.ts';
import { SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';
import { openObserver } from '../../workers/observer.ts';

/** Connections that remember what they were asked; `refuse` makes the next connects fail. */
function connections() {
  const seen = { opened: 0, closed: 0, refuse: 0 };
  const connect = async (): Promise<SqlSession> => {
    if (seen.refuse > 0) {
      seen.refuse -= 1;
      throw new SqlError('the database system is starting up', '57P03', undefined);
    }
    seen.opened += 1;
    return {
      backendPid: seen.opened,
      query: async () => [],
      parse: async () => undefined,
      [Symbol.asyncDispose]: async () => {
        seen.closed += 1;
      },
    };
  };
  return { seen, connect };
}

test('looks come one after the other, also after one that failed', async () => {
  const { connect } = connections();
  await using observer = openObserver(connect, systemClock);
  const order: string[] = [];
  const look = (name: string) =>
    observer.look(async () => {
      order.push(`${name} begins`);
      await systemClock.wait(1);
      order.push(`${name} ends`);
      if (name === 'b') throw new Error('b failed');
    });
  const results = await Promise.allSettled([look('a'), look('b'), look('c')]);
  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('a look that loses its connection is made once more on a new one, however long the server takes to come back', async () => {
  const { seen, connect } = connections();
  await using observer = openObserver(connect, systemClock);
  const pids: number[] = [];
  const answer = await observer.look(async ({ backendPid }) => {
    pids.push(backendPid);
    if (pids.length > 1) return 'seen';
    seen.refuse = 2;
    throw new SqlError('terminating connection', '57P02', undefined);
  });
  expect([answer, pids]).toEqual(['seen', [1, 2]]);
  expect(seen).toEqual({ opened: 2, closed: 1, refuse: 0 });
});

test('a refusal of the server is no lost connection', async () => {
  const { seen, connect } = connections();
  await using observer = openObserver(connect, systemClock);
  const refused = observer.look(async () => {
    throw new SqlError('no such relation', '42P01', undefined);
  });
  await expect(refused).rejects.toThrow('no such relation');
  expect(seen).toMatchObject({ opened: 1, closed: 0 });
});
