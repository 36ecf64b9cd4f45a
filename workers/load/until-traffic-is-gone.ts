import { setTimeout as delay } from 'node:timers/promises';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';

const patienceMs = 1_500;

/**
 * A backend hands in its statistics when it ends, so counts are read after the last one of the traffic. One that still
 * waits for a lock does not notice that its client left: it is ended.
 */
export async function untilTrafficIsGone(session: SqlSession): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (let asked = false; ; ) {
    const [row] = await session.query<{ n: number }>(`SELECT count(*)::int AS n FROM pg_stat_activity ${ours}`);
    if ((row?.n ?? 0) === 0 || (asked && performance.now() > deadline + patienceMs)) return;
    if (!asked && performance.now() > deadline) {
      await session.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity ${ours}`);
      asked = true;
    }
    await delay(10);
  }
}

const ours = `WHERE application_name = 'rehearsal/traffic' AND datname = current_database()`;
