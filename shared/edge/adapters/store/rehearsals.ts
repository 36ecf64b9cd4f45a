import type { RehearsalId } from '../../../domain/ids.ts';
import { parseRehearsalId } from '../../../domain/ids.ts';
import type { Plan } from '../../../domain/plan.ts';
import type { RehearsalEvent, RehearsalStatus } from '../../../domain/rehearsal.ts';
import { gateFactsOf } from '../../../judge/gate-facts.ts';
import { rehearsedFingerprint } from '../../../judge/schema-fingerprint.ts';
import type { RehearsalFilter, Rehearsals, StoredRehearsal } from '../../ports/store.ts';
import { inBatches } from '../in-batches.ts';
import { recordAudit } from './audit.ts';
import type { Ask, Database } from './database.ts';
import { appendEvent } from './events.ts';
import { forGate, type GateQuestion, gateFacts } from './for-gate.ts';
import { boundOnce, boundTo } from './idempotency-keys.ts';
import { type RehearsalRow, rehearsalColumns, rehearsalOf, statusesFor } from './rehearsal-row.ts';
import { rerun, submit } from './submit.ts';

export function openRehearsals(database: Database): Rehearsals {
  const { rows, often } = database;
  const evidenceOf = inBatches((questions: readonly GateQuestion[]) => forGate(often, questions));
  return {
    submit: (submission, key) =>
      database.transaction((ask, often) => {
        const submitIt = () => submit(often, submission);
        return key === undefined ? submitIt() : boundOnce(ask, key, submitIt);
      }),
    boundTo: (key) => boundTo(rows, key),
    rerun: (id, by) => database.transaction((ask) => rerun(ask, id, by)),
    find: (id) => find(rows, id),
    list: (filter) => list(rows, filter),
    unfinished: () => ids(rows, ['queued', 'running']),
    running: () => ids(rows, ['running']),
    planned: async (id, plan) => {
      await rows('UPDATE rehearsals SET plan = $2 WHERE id = $1', [id, JSON.stringify(plan)]);
    },
    plan: async (id) =>
      (await rows<{ plan: Plan | null }>('SELECT plan FROM rehearsals WHERE id = $1', [id]))[0]?.plan ?? null,
    judge: (id, evidence, report, worker) =>
      finish(database, id, 'judge', 'judged', { verdict: report.verdict, sentence: report.sentence }, async (ask) => {
        await ask(
          `UPDATE rehearsals SET evidence = $2, report = $3, gate_facts = $4, performed_by =
             (SELECT array_agg(DISTINCT by) FROM (SELECT claimed_by AS by FROM runs
                WHERE rehearsal_id = $1 AND outcome IS NOT NULL AND claimed_by IS NOT NULL
                UNION SELECT $5) AS all_of_them)
            WHERE id = $1`,
          [
            ...[id, JSON.stringify(evidence), JSON.stringify(report)],
            ...[JSON.stringify(gateFactsOf(report, rehearsedFingerprint(evidence))), worker],
          ],
        );
        for (const finding of report.findings) await appendEvent(ask, id, 'finding', finding);
        await appendEvent(ask, id, 'verdict', { verdict: report.verdict, sentence: report.sentence });
        await recordAudit(ask, {
          ...{ action: 'judge', actor: worker, service: report.service, subject: id, requestId: null },
          detail: { verdict: report.verdict, version: report.version, bundle: report.digests.bundle },
        });
      }),
    fail: (id, failure) =>
      finish(database, id, 'fail', 'failed', {}, async (ask) => {
        await ask('UPDATE rehearsals SET failure = $2 WHERE id = $1', [id, JSON.stringify(failure)]);
      }),
    cancel: (id, by) =>
      finish(database, id, 'cancel', 'cancelled', {}, async (ask) => {
        const service = (await find(ask, id))?.service ?? null;
        const requestId = by.requestId ?? null;
        await recordAudit(ask, { action: 'cancel', actor: by.name, service, subject: id, requestId, detail: {} });
      }),
    report: (id) => text(rows, 'report', id),
    evidence: (id) => text(rows, 'evidence', id),
    gateFacts: (id) => gateFacts(rows, id),
    forGate: (service, version, environment) => evidenceOf({ service, version, environment }),
    board: async () => {
      const found = await rows<RehearsalRow>(
        `SELECT DISTINCT ON (service, version, environment) ${rehearsalColumns} FROM rehearsals
          ORDER BY service, version, environment, created_at DESC, attempt DESC`,
      );
      return found.map(rehearsalOf);
    },
  };
}

async function find(rows: Ask, id: RehearsalId): Promise<StoredRehearsal | null> {
  const [row] = await rows<RehearsalRow>(`SELECT ${rehearsalColumns} FROM rehearsals WHERE id = $1`, [id]);
  return row === undefined ? null : rehearsalOf(row);
}

/** Newest first. The cursor is the last id of the page before: ids never change their place in time. */
async function list(rows: Ask, filter: RehearsalFilter): ReturnType<Rehearsals['list']> {
  const found = await rows<RehearsalRow>(
    `SELECT ${rehearsalColumns} FROM rehearsals
      WHERE ($1::text IS NULL OR service = $1) AND ($2::text IS NULL OR verdict = $2)
        AND ($3::text IS NULL OR (created_at, id) < (SELECT c.created_at, c.id FROM rehearsals c WHERE c.id = $3))
        AND ($5::text IS NULL OR environment = $5) AND ($6::text IS NULL OR status = $6)
        AND ($7::text IS NULL OR EXISTS (SELECT FROM sources WHERE rehearsal_id = rehearsals.id AND branch = $7))
        AND ($8::text IS NULL OR strpos(lower(concat_ws(' ', id, service, version, sentence)), lower($8)) > 0
          OR EXISTS (SELECT FROM sources WHERE rehearsal_id = rehearsals.id
                       AND strpos(lower(branch || ' ' || commit), lower($8)) > 0))
        AND ($9::text IS NULL OR version = $9)
      ORDER BY created_at DESC, id DESC LIMIT $4`,
    [
      ...[filter.service ?? null, filter.verdict ?? null, filter.cursor ?? null, filter.limit + 1],
      ...[filter.environment ?? null, filter.status ?? null, filter.branch ?? null, filter.search ?? null],
      filter.version ?? null,
    ],
  );
  const items = found.slice(0, filter.limit).map(rehearsalOf);
  return { items, cursor: found.length > filter.limit ? (items.at(-1)?.id ?? null) : null };
}

async function ids(rows: Ask, statuses: readonly RehearsalStatus[]): Promise<readonly RehearsalId[]> {
  const found = await rows<{ id: string }>(
    `SELECT id FROM rehearsals WHERE status IN ('queued', 'running') AND status = ANY($1) ORDER BY turn NULLS FIRST, id`,
    [statuses],
  );
  return found.map(({ id }) => parseRehearsalId(id));
}

/** The guarded last step of a lifecycle; the status event is the last one that a reader of the events gets. */
async function finish(
  database: Database,
  id: RehearsalId,
  event: RehearsalEvent,
  status: RehearsalStatus,
  decided: { readonly verdict?: string; readonly sentence?: string },
  also: (rows: Ask) => Promise<void>,
): Promise<boolean> {
  return database.transaction(async (rows) => {
    const changed = await rows(
      `UPDATE rehearsals SET status = $2, verdict = $4, sentence = $5, finished_at = now()
        WHERE id = $1 AND status = ANY($3) RETURNING id`,
      [id, status, statusesFor(event), decided.verdict ?? null, decided.sentence ?? null],
    );
    if (changed.length === 0) return false;
    await also(rows);
    await appendEvent(rows, id, 'status', { status });
    return true;
  });
}

async function text(rows: Ask, column: 'report' | 'evidence', id: RehearsalId): Promise<string | null> {
  const [row] = await rows<{ text: string | null }>(`SELECT ${column}::text AS text FROM rehearsals WHERE id = $1`, [
    id,
  ]);
  return row?.text ?? null;
}
