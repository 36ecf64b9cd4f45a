import type { AskedCheck, CheckOutcome, CheckStatus, DueCheck, StatusChecks } from '../../ports/status-checks.ts';
import type { Ask, Database } from './database.ts';

export function openStatusChecks({ rows }: Database): StatusChecks {
  return {
    ask: (check) => ask(rows, check),
    close: async ({ project, mergeRequest, check }, changedAt) => {
      await rows(
        `UPDATE status_checks SET is_open = false, changed_at = $4
          WHERE project = $1 AND merge_request = $2 AND check_id = $3 AND changed_at <= $4`,
        [project, mergeRequest, check, changedAt],
      );
    },
    takeDue: (now, leaseMs, limit) => takeDue(rows, now, leaseMs, limit),
    settle: (check, outcome) => settle(rows, check, outcome),
    forgetBefore: async (then) => {
      await rows(
        `DELETE FROM status_checks
          WHERE asked_at < $1 AND NOT (is_open AND answered IS NOT DISTINCT FROM 'passed' AND failures = 0)`,
        [then],
      );
    },
  };
}

/**
 * Whoever has it in hand ends first, and an answer that was not heard to arrive is given the minute after which GitLab
 * ends a request: two answers under way at once may arrive in any order.
 */
async function ask(rows: Ask, check: AskedCheck): Promise<void> {
  const { project, mergeRequest, check: id, sha, service, environment, changedAt } = check;
  await rows(
    `INSERT INTO status_checks (project, merge_request, check_id, sha, service, environment, changed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (project, merge_request, check_id) DO UPDATE SET sha = $4, service = $5, environment = $6,
       changed_at = $7, asked_at = now(), is_open = true, asked = status_checks.asked + 1, answered = NULL,
       answered_at = NULL,
       due_at = CASE WHEN status_checks.in_hand THEN status_checks.due_at
         WHEN status_checks.failures > 0 THEN least(status_checks.due_at, now() + interval '1 minute') ELSE now() END
      WHERE status_checks.changed_at <= $7`,
    [project, mergeRequest, id, sha, service, environment, changedAt],
  );
}

/** The lease is the new due time. Whoever died in the midst of it may have answered, and nobody knows what. */
async function takeDue(rows: Ask, now: Date, leaseMs: number, limit: number): Promise<readonly DueCheck[]> {
  const found = await rows<DueRow>(
    `WITH due AS (
       SELECT project, merge_request, check_id FROM status_checks WHERE is_open AND due_at <= $1
        ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
     UPDATE status_checks c SET taken = taken + 1, in_hand = true, due_at = $2,
         answered = CASE WHEN in_hand THEN NULL ELSE answered END FROM due
      WHERE (c.project, c.merge_request, c.check_id) = (due.project, due.merge_request, due.check_id)
      RETURNING c.project::float8 AS project, c.merge_request::float8 AS merge_request, c.check_id::float8 AS check_id,
        c.sha, c.service, c.environment, c.answered, c.answered_at, c.failures, c.asked, c.taken,
        (${rehearsedSql}) AS rehearsed`,
    [now, new Date(now.getTime() + leaseMs), limit],
  );
  return found.map(({ merge_request, check_id, answered, answered_at, ...row }) => ({
    ...row,
    mergeRequest: merge_request,
    check: check_id,
    answered: answered === null || answered_at === null ? null : { status: answered, at: answered_at },
  }));
}

const rehearsedSql = `
  SELECT coalesce(json_agg(DISTINCT jsonb_build_object('version', r.version, 'bundle', r.bundle_digest)), '[]')
    FROM rehearsals r WHERE r.service = c.service AND r.environment = c.environment
     AND r.id IN (SELECT id FROM rehearsals WHERE service = c.service AND version = c.sha
                  UNION SELECT rehearsal_id FROM sources WHERE commit = c.sha)`;

async function settle(rows: Ask, check: DueCheck, outcome: CheckOutcome): Promise<void> {
  await rows(outcomeSql, [
    ...[check.project, check.mergeRequest, check.check, check.taken, check.asked, outcome.kind],
    ...('nextAt' in outcome ? [outcome.nextAt] : [null]),
    ...(outcome.kind === 'answered' ? [outcome.status, outcome.at] : [null, null]),
  ]);
}

const outcomeSql = `
  UPDATE status_checks SET in_hand = false,
    due_at = CASE WHEN asked = $5 OR $6 = 'failed' THEN coalesce($7, due_at) ELSE now() END,
    is_open = is_open AND NOT (asked = $5 AND $6 = 'over'),
    answered = CASE WHEN asked = $5 AND $6 = 'answered' THEN $8 ELSE answered END,
    answered_at = CASE WHEN asked = $5 AND $6 = 'answered' THEN $9 ELSE answered_at END,
    failures = CASE WHEN $6 = 'answered' THEN 0 WHEN $6 = 'failed' THEN failures + 1 ELSE failures END
   WHERE project = $1 AND merge_request = $2 AND check_id = $3 AND taken = $4`;

interface DueRow extends Pick<DueCheck, 'project' | 'sha' | 'service' | 'environment' | 'rehearsed'> {
  readonly merge_request: number;
  readonly check_id: number;
  readonly answered: CheckStatus | null;
  readonly answered_at: Date | null;
  readonly failures: number;
  readonly asked: number;
  readonly taken: number;
}
