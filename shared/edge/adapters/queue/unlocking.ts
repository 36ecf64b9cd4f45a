import type pg from 'pg';

interface Written {
  readonly kind: 'lock' | 'check';
  readonly queue: string;
  readonly id: string;
  readonly value: string;
}

/**
 * In PostgreSQL locks, and when somebody last looked for stalled jobs, are times by the clock of whoever wrote them,
 * and a clock that is ahead keeps others out until its time. Both are written anew every second or two: what has stayed
 * as it is for so long, by a clock that nobody can set, was written by nobody who lives, and is over.
 */
export function unlocking(pool: pg.Pool): (lateMs: number) => Promise<void> {
  let seen = new Map<string, number>();
  return async (lateMs) => {
    const nowMs = performance.now();
    const { rows } = await pool.query<Written>(writtenSql);
    const still = new Map<string, number>();
    for (const written of rows) {
      const key = Object.values(written).join('\n');
      const sinceMs = seen.get(key) ?? nowMs;
      if (nowMs - sinceMs < lateMs || sinceMs === nowMs) still.set(key, sinceMs);
      else await pool.query(overSql[written.kind], [written.queue, written.id, written.value]);
    }
    seen = still;
  };
}

const writtenSql = `
  SELECT 'lock' AS kind, queue, id, locked_until_ms::text AS value FROM queue.job
   WHERE state = 'active' AND locked_until_ms IS NOT NULL
  UNION ALL SELECT 'check', queue, field, value FROM queue.meta WHERE field = 'stalled-check'`;

const overSql = {
  lock: `UPDATE queue.job SET locked_until_ms = 0
    WHERE queue = $1 AND id = $2 AND state = 'active' AND locked_until_ms::text = $3`,
  check: `UPDATE queue.meta SET value = '0' WHERE queue = $1 AND field = $2 AND value = $3`,
};
