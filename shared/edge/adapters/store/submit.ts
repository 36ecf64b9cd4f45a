import type { RehearsalId } from '../../../domain/ids.ts';
import { RehearsalError } from '../../../domain/problem.ts';
import type { Actor } from '../../ports/audit.ts';
import type { StoredRehearsal, Submission } from '../../ports/store.ts';
import { recordAudit } from './audit.ts';
import type { Ask } from './database.ts';
import { type RehearsalRow, rehearsalColumns, rehearsalIdOf, rehearsalOf } from './rehearsal-row.ts';
import { putInOutbox } from './webhooks.ts';

/** Within the caller's transaction: the newest attempt at this question, or its first. */
export async function submit(
  rows: Ask,
  submission: Submission,
): Promise<{ readonly rehearsal: StoredRehearsal; readonly created: boolean }> {
  // Rehearsals stay for ever: where any attempt was made, there is a first one that this one meets.
  const created = await insert(rows, submission, 1);
  if (created !== null) return { rehearsal: created, created: true };
  const existing = await newestAttempt(rows, submission);
  if (existing === null) throw new Error('a rehearsal that could not be inserted was not found either');
  return { rehearsal: await hastened(rows, existing, submission), created: false };
}

/** Within the caller's transaction: the same question under the next attempt; what was judged before stays. */
export async function rerun(rows: Ask, id: RehearsalId, by: Actor): Promise<StoredRehearsal> {
  const [row] = await rows<RehearsalRow>(`SELECT ${rehearsalColumns} FROM rehearsals WHERE id = $1`, [id]);
  if (row === undefined) throw unknownRehearsal(id);
  const question = rehearsalOf(row);
  const newest = await newestAttempt(rows, question);
  // Asking again for what has not been answered yet is the same question.
  if (newest !== null && (newest.status === 'queued' || newest.status === 'running')) return newest;
  const created = await insert(rows, { ...question, submittedBy: by.name }, (newest?.attempt ?? question.attempt) + 1);
  if (created === null) return rerun(rows, id, by);
  await recordAudit(rows, {
    ...{ action: 'rerun', actor: by.name, service: created.service, subject: created.id, detail: { of: id } },
    requestId: by.requestId ?? null,
  });
  return created;
}

/** Whoever asks again may be in a greater hurry than the first; nobody slows another one down. */
async function hastened(rows: Ask, existing: StoredRehearsal, { priority }: Submission): Promise<StoredRehearsal> {
  if (priority !== 'high' || existing.priority === 'high' || existing.status !== 'queued') return existing;
  await rows(`UPDATE rehearsals SET priority = 'high' WHERE id = $1`, [existing.id]);
  return { ...existing, priority };
}

async function newestAttempt(rows: Ask, question: Submission): Promise<StoredRehearsal | null> {
  const [row] = await rows<RehearsalRow>(
    `SELECT ${rehearsalColumns} FROM rehearsals
      WHERE bundle_digest = $1 AND snapshot = $2 AND rules_digest = $3 AND seed = $4 AND environment = $5
      ORDER BY attempt DESC LIMIT 1`,
    [question.bundleDigest, question.snapshot, question.rulesDigest, question.seed, question.environment],
  );
  return row === undefined ? null : rehearsalOf(row);
}

const queued = { status: 'queued' };

/** With its first event in one statement: CI waits for the answer. */
async function insert(rows: Ask, submission: Submission, attempt: number): Promise<StoredRehearsal | null> {
  const id = rehearsalIdOf(submission, attempt);
  const [row] = await rows<RehearsalRow>(
    `WITH created AS (
       INSERT INTO rehearsals (id, attempt, service, version, environment, owners, bundle_digest, snapshot,
         rules_digest, seed, waivers_count, submitted_by, priority, needs, last_event)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)
       ON CONFLICT DO NOTHING RETURNING *),
     first AS (
       INSERT INTO events (rehearsal_id, number, kind, content) SELECT id, last_event, 'status', $15 FROM created)
     SELECT ${rehearsalColumns} FROM created`,
    [
      id,
      attempt,
      submission.service,
      submission.version,
      submission.environment,
      submission.owners,
      submission.bundleDigest,
      submission.snapshot,
      submission.rulesDigest,
      submission.seed,
      submission.waiversCount,
      submission.submittedBy,
      submission.priority,
      JSON.stringify(submission.needs),
      JSON.stringify(queued),
    ],
  );
  if (row === undefined) return null;
  await putInOutbox(rows, id, 'status', queued);
  return rehearsalOf(row);
}

export function unknownRehearsal(id: string): RehearsalError {
  return new RehearsalError(
    'bundle',
    'unknown-rehearsal',
    `There is no rehearsal ${id}.`,
    'List the known ones with GET /v1/rehearsals.',
  );
}
