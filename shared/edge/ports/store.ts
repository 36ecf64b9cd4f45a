import type { Digest, RehearsalId, RunId } from '../../domain/ids.ts';
import type { Evidence, RunResult } from '../../domain/observation.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Fault, Problem } from '../../domain/problem.ts';
import type { RehearsalStatus } from '../../domain/rehearsal.ts';
import type { Report } from '../../domain/report.ts';
import type { RunSpec } from '../../domain/run.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { History, Sources } from './history.ts';
import type { Webhooks } from './webhooks.ts';

/** The service's memory. Every promise that it settles is durable; what the queue forgets is known here. */
export interface Store extends AsyncDisposable {
  readonly rehearsals: Rehearsals;
  readonly runs: Runs;
  readonly events: Events;
  readonly bundles: BundleArchives;
  readonly tokens: Tokens;
  readonly acceptances: Acceptances;
  readonly workers: WorkerRegister;
  readonly sources: Sources;
  readonly history: History;
  readonly webhooks: Webhooks;
  /** Throws RehearsalError `store-unreachable`. */
  health(): Promise<void>;
}

/** What makes two submissions the same question. */
export interface Question {
  readonly bundleDigest: Digest;
  /** `sql` where the bundle brings its own, else `name@version`. */
  readonly snapshot: string;
  readonly rulesDigest: Digest;
  readonly seed: number;
}

export interface Submission extends Question {
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  readonly owners: readonly string[];
  /** Waivers of the manifest count only where the submitting token may waive. */
  readonly waiversCount: boolean;
  readonly submittedBy: string;
}

export interface StoredRehearsal extends Submission {
  readonly id: RehearsalId;
  readonly status: RehearsalStatus;
  /** From 1; a rerun asks the same question again under a new id. */
  readonly attempt: number;
  readonly verdict: Verdict | null;
  readonly sentence: string | null;
  readonly failure: StoredFailure | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface StoredFailure extends Problem {
  readonly fault: Fault;
}

export interface RehearsalFilter {
  readonly service?: string;
  readonly verdict?: Verdict;
  readonly environment?: string;
  readonly status?: RehearsalStatus;
  /** Submitted from this branch, whatever else it was submitted from. */
  readonly branch?: string;
  /** A part of its service, version, branch, commit, sentence or id, whatever the case. */
  readonly search?: string;
  readonly cursor?: string;
  readonly limit: number;
}

export interface Rehearsals {
  /** The existing one where the question was asked before; its newest attempt. */
  submit(submission: Submission): Promise<{ readonly rehearsal: StoredRehearsal; readonly created: boolean }>;
  rerun(id: RehearsalId, submittedBy: string): Promise<StoredRehearsal>;
  find(id: RehearsalId): Promise<StoredRehearsal | null>;
  list(
    filter: RehearsalFilter,
  ): Promise<{ readonly items: readonly StoredRehearsal[]; readonly cursor: string | null }>;
  /** Ids that are queued or running: what the queue must know. */
  unfinished(): Promise<readonly RehearsalId[]>;
  /** false: it is over already, and there is nothing to do. */
  start(id: RehearsalId): Promise<boolean>;
  planned(id: RehearsalId, plan: Plan): Promise<void>;
  plan(id: RehearsalId): Promise<Plan | null>;
  /** false: somebody else judged or cancelled it first, and nothing was stored. */
  judge(id: RehearsalId, evidence: Evidence, report: Report): Promise<boolean>;
  fail(id: RehearsalId, failure: StoredFailure): Promise<boolean>;
  /** false: it was over already. */
  cancel(id: RehearsalId): Promise<boolean>;
  /** Given as stored text, so that large documents are not parsed only to be written again. */
  report(id: RehearsalId): Promise<string | null>;
  evidence(id: RehearsalId): Promise<string | null>;
  /** Every rehearsal that the gate may consider, oldest first. */
  forGate(service: string, version: string, environment: string): Promise<readonly StoredRehearsal[]>;
  /** The newest rehearsal of every service, version and environment. */
  board(): Promise<readonly StoredRehearsal[]>;
  countByStatus(): Promise<Readonly<Record<RehearsalStatus, number>>>;
  /** Binds an idempotency key to its first question; gives the question that it is bound to. */
  bindKey(owner: string, key: string, question: string, id: RehearsalId): Promise<string>;
  /** The question and rehearsal that a key is bound to. */
  boundTo(owner: string, key: string): Promise<{ readonly question: string; readonly id: RehearsalId } | null>;
}

export interface Claim {
  readonly spec: RunSpec;
  readonly fence: number;
}

export interface Runs {
  /** Those that are known already stay as they are. */
  add(id: RehearsalId, specs: readonly RunSpec[]): Promise<void>;
  results(id: RehearsalId): Promise<readonly RunResult[]>;
  spec(id: RehearsalId, runId: RunId): Promise<RunSpec | null>;
  /** null: it has a result, or its rehearsal is over. Whoever claimed it before can no longer store. */
  claim(id: RehearsalId, runId: RunId, worker: string): Promise<Claim | null>;
  /** false: a newer claim exists or a result is there, and nothing was stored. */
  finish(id: RehearsalId, runId: RunId, fence: number, result: RunResult): Promise<boolean>;
  progress(id: RehearsalId): Promise<readonly RunProgress[]>;
  /** Runs of unfinished rehearsals without a result. */
  pending(): Promise<number>;
}

export interface RunProgress {
  readonly id: string;
  readonly scenario: string;
  readonly outcome: string | null;
  readonly worker: string | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** `planned`, `started` and `run` are a run's life: on the sheet, taken by a worker, ended. */
export type EventKind = 'status' | 'planned' | 'started' | 'run' | 'finding' | 'verdict';

export interface StoredEvent {
  /** From 1 within its rehearsal, without gaps, visible in order. */
  readonly number: number;
  readonly kind: EventKind;
  readonly content: unknown;
  readonly at: Date;
}

export interface Events {
  append(id: RehearsalId, kind: EventKind, content: unknown): Promise<void>;
  after(id: RehearsalId, number: number, limit: number): Promise<readonly StoredEvent[]>;
}

export interface BundleArchives {
  /** Stores the archive at `path`; nothing happens where the digest is known. */
  put(digest: Digest, path: string): Promise<void>;
  /** Writes the archive to `path`, complete or not at all. Throws RehearsalError `unknown-bundle`. */
  fetch(digest: Digest, path: string): Promise<void>;
}

export const scopes = ['submit', 'read', 'gate', 'waive', 'admin'] as const;
export type Scope = (typeof scopes)[number];

export interface TokenHolder {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** Only hashes are kept. */
export interface Tokens {
  add(token: string, holder: TokenHolder): Promise<void>;
  find(token: string): Promise<TokenHolder | null>;
  any(): Promise<boolean>;
}

export interface StoredWaiver {
  readonly id: number;
  readonly service: string;
  readonly check: string;
  readonly relation?: string;
  readonly phase?: string;
  readonly app?: 'previous' | 'next';
  readonly by: string;
  readonly reason: string;
  readonly expiresAt: Date;
}

export interface StoredOverride {
  readonly id: number;
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  readonly bundleDigest?: string;
  readonly by: string;
  readonly reason: string;
  readonly expiresAt: Date;
}

export interface Acceptances {
  waive(waiver: Omit<StoredWaiver, 'id'>): Promise<StoredWaiver>;
  override(override: Omit<StoredOverride, 'id'>): Promise<StoredOverride>;
  waivers(service: string): Promise<readonly StoredWaiver[]>;
  overrides(service: string): Promise<readonly StoredOverride[]>;
}

export interface KnownSnapshot {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly dataAsOf: string | null;
  readonly bytes: number;
  readonly major: number;
}

export interface LiveWorker {
  readonly id: string;
  readonly machine: string;
  readonly snapshots: readonly KnownSnapshot[];
  readonly seenAt: Date;
}

/** One that was heard of within the last day, alive or not. */
export interface KnownWorker extends LiveWorker {
  readonly startedAt: Date;
  /** Runs that it has claimed and that have no result yet. */
  readonly inHand: readonly { readonly rehearsal: RehearsalId; readonly run: RunId }[];
}

export interface WorkerRegister {
  beat(worker: {
    readonly id: string;
    readonly machine: string;
    readonly snapshots: readonly KnownSnapshot[];
  }): Promise<void>;
  leave(id: string): Promise<void>;
  /** Those that were seen within the last `withinMs`. */
  live(withinMs: number): Promise<readonly LiveWorker[]>;
  known(): Promise<readonly KnownWorker[]>;
  /**
   * Waits until this machine is ours: `alone` excludes everybody, `shared` only those who want it alone.
   * Leaving the scope gives it back; so does the end of the process, however it ends.
   */
  occupy(machine: string, how: 'alone' | 'shared', signal: AbortSignal): Promise<AsyncDisposable>;
}
