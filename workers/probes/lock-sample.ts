import { relationName } from './catalog/fragments.ts';

/** One backend that waits for a lock at the moment of the look; times are the server's epoch ms. */
export interface LockSample {
  readonly pid: number;
  readonly application: string;
  readonly now_ms: number;
  readonly wait_started_ms: number;
  readonly transaction_started_ms: number | null;
  readonly mode: string;
  /** null: not known, for a row's transaction that nobody else waits for, and for locks of other kinds. */
  readonly relation: string | null;
  readonly blockers: readonly { readonly pid: number; readonly application: string }[];
}

/**
 * A backend that waits for a row waits for its writer's transaction id; the relation is told by the tuple lock that it
 * holds meanwhile. `waitstart` is empty for an instant after a wait began: the next look sees it.
 * https://www.postgresql.org/docs/current/view-pg-locks.html
 */
export const lockSampleSql = `SELECT l.pid, coalesce(a.application_name, '') AS application,
    (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms,
    (extract(epoch FROM l.waitstart) * 1000)::float8 AS wait_started_ms,
    (extract(epoch FROM a.xact_start) * 1000)::float8 AS transaction_started_ms,
    l.mode,
    ${relationName('coalesce(l.relation, tuple_lock.relation)')} AS relation,
    (SELECT coalesce(json_agg(json_build_object('pid', b.pid, 'application', coalesce(o.application_name, ''))), '[]')
      FROM (SELECT DISTINCT unnest(pg_blocking_pids(l.pid)) AS pid) b
        LEFT JOIN pg_stat_activity o ON o.pid = b.pid) AS blockers
  FROM (SELECT * FROM pg_locks) l
    LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    LEFT JOIN LATERAL (SELECT t.relation FROM pg_locks t
      WHERE t.pid = l.pid AND t.locktype = 'tuple' AND t.granted AND l.locktype = 'transactionid' LIMIT 1)
      AS tuple_lock ON true
  WHERE NOT l.granted AND l.waitstart IS NOT NULL`;
