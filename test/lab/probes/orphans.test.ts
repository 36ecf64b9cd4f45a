import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Weakness } from '../../../shared/domain/observation.ts';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { systemClock } from '../../../shared/edge/adapters/system-clock.ts';
import type { ServerAddress } from '../../../shared/edge/ports/sql.ts';
import type { TapSession } from '../../../shared/edge/ports/tap.ts';
import { backendsGone } from '../../../workers/migration/orphans.ts';
import { openObserver } from '../../../workers/observer.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';

let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await startEmbeddedPostgres();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** A run of which nothing but its look at the server matters; minutes pass as one second. */
function runOn(address: ServerAddress) {
  const observer = openObserver(() => pgSql.connect(address, 'rehearsal/observer'), systemClock);
  const weaknesses: Weakness[] = [];
  return {
    observer,
    weaknesses,
    clock: systemClock,
    signal: new AbortController().signal,
    now: () => systemClock.now() * 60,
    [Symbol.asyncDispose]: () => observer[Symbol.asyncDispose](),
  };
}

const seen = (backendPid: number): TapSession => ({ session: 1, backendPid, applicationName: 'migrate', open: false });

test('numbers that a new server gave to us and to itself are none of the command that is gone', async () => {
  await using run = runOn(server.address);
  const reused = await run.observer.look((admin) =>
    admin.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE pid = pg_backend_pid() OR backend_type = 'checkpointer'",
    ),
  );
  expect(reused).toHaveLength(2);
  await backendsGone(run, { sessions: () => reused.map(({ pid }) => seen(pid)) }, { name: 'pre-deploy' });
  expect(run.weaknesses).toEqual([]);
});

test('a statement that goes on without its client is ended at last, and told', async () => {
  await using run = runOn(server.address);
  const client = await pgSql.connect(server.address, 'migrate');
  const sleeping = client.query('SELECT pg_sleep(300)').catch((error: Error) => error.message);
  await backendsGone(run, { sessions: () => [seen(client.backendPid)] }, { name: 'pre-deploy' });
  expect(await sleeping).toContain('terminating connection');
  expect(run.weaknesses).toMatchObject([{ part: 'migration', because: expect.stringContaining('was ended there') }]);
});
