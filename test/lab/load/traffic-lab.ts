import { expect } from 'vitest';
import type { LoadStatement } from '../../../shared/domain/bundle.ts';
import type { TrafficTarget } from '../../../shared/domain/run.ts';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { systemClock } from '../../../shared/edge/adapters/system-clock.ts';
import type { ServerAddress } from '../../../shared/edge/ports/sql.ts';
import { startTraffic, type Traffic } from '../../../workers/load/start-traffic.ts';
import { startEmbeddedPostgres } from '../../support/embedded-postgres.ts';

/** A server, and a migration's session on it that works as the role of the applications. */
export interface TrafficLab extends AsyncDisposable {
  readonly address: ServerAddress;
  readonly apps: ServerAddress;
  /** Runs SQL as the migration. */
  query(sql: string): Promise<unknown>;
  /** One value, as text. */
  ask(sql: string): Promise<string>;
  start(rate: number, targets: readonly TrafficTarget[], statements?: readonly LoadStatement[]): Promise<Traffic>;
  /** Waits until the server has counted more writes on the table than this. */
  untilWritten(relation: string, writes: number): Promise<void>;
}

export async function startTrafficLab(): Promise<TrafficLab> {
  const server = await startEmbeddedPostgres();
  const session = await pgSql.connect(server.address, 'migrate');
  await session.query(`CREATE ROLE app LOGIN PASSWORD 'app'; GRANT CREATE ON SCHEMA public TO app;
    SET SESSION AUTHORIZATION app`);
  const apps = { ...server.address, user: 'app', password: 'app' };
  const ask = async (sql: string): Promise<string> => {
    const [row] = await session.query<{ answer: string }>(`SELECT (${sql})::text AS answer`);
    return row?.answer ?? '';
  };
  return {
    address: server.address,
    apps,
    query: (sql) => session.query(sql),
    ask,
    start: (rate, targets, statements = []) => {
      const originMs = systemClock.now();
      const load = { ratePerSecond: rate, statements };
      const now = () => systemClock.now() - originMs;
      return startTraffic({ sql: pgSql, admin: server.address, apps, load, targets, seed: 1, now });
    },
    untilWritten: async (relation, writes) => {
      const counted = `SELECT n_tup_upd + n_tup_ins + n_tup_del FROM pg_stat_user_tables
        WHERE relid = '${relation}'::regclass`;
      await expect.poll(async () => Number(await ask(counted)), { timeout: 20_000 }).toBeGreaterThan(writes);
    },
    [Symbol.asyncDispose]: async () => {
      await session[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

export const targetOf = (relation: string, ...columns: readonly string[]): TrafficTarget => ({ relation, columns });
