import { expect, test } from 'vitest';
import { type ServerAddress, type Sql, SqlError } from '../../shared/edge/ports/sql.ts';
import type { LiveRun } from '../../workers/live-run.ts';
import { beginLongRead } from '../../workers/scenarios/standby-long-read.ts';

const address: ServerAddress = { host: 'standby', port: 1, user: 'app', password: '', database: 'app' };

/** A standby that refuses the first lock on a table with one error after the other, and then gives it. */
function standbyThat(...refuses: readonly (string | undefined)[]): { readonly sql: Sql; readonly left: () => number } {
  const refusals = [...refuses];
  let open = 0;
  const sql: Sql = {
    connect: async () => {
      open += 1;
      return {
        backendPid: 1,
        parse: async () => undefined,
        query: async (text) => {
          if (text.startsWith('LOCK TABLE') && refusals.length > 0) {
            throw new SqlError('canceling statement due to conflict with recovery', refusals.shift(), undefined);
          }
          return [];
        },
        [Symbol.asyncDispose]: async () => {
          open -= 1;
        },
      };
    },
  };
  return { sql, left: () => open };
}

const runOn = (sql: Sql) =>
  ({
    sql,
    now: () => 0,
    clock: { wait: async () => undefined },
    signal: new AbortController().signal,
  }) as unknown as LiveRun;

const read = { relation: 'public.books', holdMs: 1 };

test('a long read that is cancelled while it begins is begun again, and the sessions before it are closed', async () => {
  const { sql, left } = standbyThat('40001', '40001');
  await using begun = await beginLongRead(runOn(sql), address, read);
  expect(await begun.ended).toMatchObject({ relation: 'public.books', cancelled: false });
  expect(left()).toBe(0);
});

test('any other refusal is told', async () => {
  const { sql, left } = standbyThat('42501');
  await expect(beginLongRead(runOn(sql), address, read)).rejects.toMatchObject({ sqlstate: '42501' });
  expect(left()).toBe(0);
});
