import { createHash } from 'node:crypto';
import { parseDigest, parseRehearsalId, type RehearsalId } from '../../../domain/ids.ts';
import type { Lack, Needs, Priority } from '../../../domain/placement.ts';
import { type RehearsalEvent, type RehearsalStatus, transition } from '../../../domain/rehearsal.ts';
import type { Verdict } from '../../../domain/verdict.ts';
import type { Question, StoredFailure, StoredRehearsal } from '../../ports/store.ts';
import { needsUnknown } from './waiting.ts';

/** Everything but the documents, which are read only when they are asked for. */
export const rehearsalColumns = `id, status, attempt, service, version, environment, owners, bundle_digest, snapshot,
  rules_digest, seed::float8 AS seed, waivers_count, verdict, sentence, failure, submitted_by, created_at, started_at,
  finished_at, priority, turn::float8 AS turn, needs, last_event::float8 AS last_event, waiting`;

export interface RehearsalRow {
  readonly id: string;
  readonly status: RehearsalStatus;
  readonly attempt: number;
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  readonly owners: readonly string[];
  readonly bundle_digest: string;
  readonly snapshot: string;
  readonly rules_digest: string;
  readonly seed: number;
  readonly waivers_count: boolean;
  readonly verdict: Verdict | null;
  readonly sentence: string | null;
  readonly failure: StoredFailure | null;
  readonly submitted_by: string;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly priority: Priority;
  readonly turn: number | null;
  readonly needs: Needs | null;
  readonly last_event: number;
  readonly waiting: Lack | null;
}

export function rehearsalOf(row: RehearsalRow): StoredRehearsal {
  return {
    id: parseRehearsalId(row.id),
    status: row.status,
    attempt: row.attempt,
    service: row.service,
    version: row.version,
    environment: row.environment,
    owners: row.owners,
    bundleDigest: parseDigest(row.bundle_digest),
    snapshot: row.snapshot,
    rulesDigest: parseDigest(row.rules_digest),
    seed: row.seed,
    waiversCount: row.waivers_count,
    verdict: row.verdict,
    sentence: row.sentence,
    failure: row.failure,
    submittedBy: row.submitted_by,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    priority: row.priority,
    turn: row.turn,
    needs: row.needs ?? needsUnknown,
    lastEvent: row.last_event,
    waiting: row.status === 'queued' || row.status === 'running' ? row.waiting : null,
  };
}

/** Derived from the question, so that two servers that get it at once agree. */
export function rehearsalIdOf(question: Question, attempt: number): RehearsalId {
  const { bundleDigest, snapshot, rulesDigest, seed, environment } = question;
  const parts = [bundleDigest, snapshot, rulesDigest, seed, environment, attempt];
  const hex = createHash('sha256').update(parts.join('\0')).digest('hex');
  return parseRehearsalId(`rh-${hex.slice(0, 16)}`);
}

/** Statuses to which an event applies: the guard of every update, taken from the domain's own machine. */
export function statusesFor(event: RehearsalEvent): readonly RehearsalStatus[] {
  const all: readonly RehearsalStatus[] = ['queued', 'running', 'judged', 'cancelled', 'failed'];
  return all.filter((status) => transition(status, event) !== null);
}
