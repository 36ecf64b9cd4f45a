import type { Digest, RehearsalId, RunId } from '../../domain/ids.ts';
import type { Evidence, RunResult } from '../../domain/observation.ts';
import type { Lack, Needs, Priority } from '../../domain/placement.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Fault, Problem } from '../../domain/problem.ts';
import type { RehearsalStatus } from '../../domain/rehearsal.ts';
import type { Report } from '../../domain/report.ts';
import type { RunSpec } from '../../domain/run.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { GateFacts } from '../../judge/gate-facts.ts';
import type { SelfCheck } from '../../judge/self-check.ts';
import type { Acceptances, StoredOverride, StoredWaiver } from './acceptances.ts';
import type { Admission } from './admission.ts';
import type { Actor, Audit } from './audit.ts';
import type { Figures } from './figures.ts';
import type { History, Sources } from './history.ts';
import type { ProductionSchemas } from './production-schemas.ts';
import type { Retention } from './retention.ts';
import type { StatusChecks } from './status-checks.ts';
import type { Tokens } from './tokens.ts';
import type { Webhooks } from './webhooks.ts';
import type { WorkerRegister } from './worker-register.ts';

/** The service's memory. Every promise that it settles is durable; what the queue forgets is known here. */
export interface Store extends AsyncDisposable {
  readonly rehearsals: Rehearsals;
  readonly admission: Admission;
  readonly runs: Runs;
  readonly events: Events;
  readonly bundles: BundleArchives;
  readonly tokens: Tokens;
  readonly acceptances: Acceptances;
  readonly audit: Audit;
  readonly figures: Figures;
  readonly retention: Retention;
  readonly productionSchemas: ProductionSchemas;
  readonly workers: WorkerRegister;
  readonly sources: Sources;
  readonly history: History;
  readonly webhooks: Webhooks;
  readonly statusChecks: StatusChecks;
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
  /** A bundle may know several, each with a start of its own. */
  readonly environment: string;
}

export interface Submission extends Question {
  readonly service: string;
  readonly version: string;
  readonly owners: readonly string[];
  /** Waivers of the manifest count only where the submitting token may waive. */
  readonly waiversCount: boolean;
  readonly submittedBy: string;
  readonly priority: Priority;
  readonly needs: Needs;
}

/** By which a client that was not heard sends the same request again. */
export interface IdempotencyKey {
  /** Id of its token: several may have one name. */
  readonly owner: string;
  readonly key: string;
  /** As it was sent: what is made of it changes with snapshots, rules and workers. */
  readonly request: string;
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
  /** Grows from one that begins to the next; null: it has not begun. */
  readonly turn: number | null;
  /** Number of its newest event; where it is over, of its final status. */
  readonly lastEvent: number;
  /** null: it is over, or a live worker can take it. */
  readonly waiting: Lack | null;
}

export interface StoredFailure extends Problem {
  readonly fault: Fault;
}

/** A rehearsal as the gate looks at it. */
export interface GateRecord {
  readonly rehearsal: Pick<
    StoredRehearsal,
    'id' | 'status' | 'bundleDigest' | 'rulesDigest' | 'verdict' | 'finishedAt'
  >;
  /** null: it has no verdict. */
  readonly facts: GateFacts | null;
  /** Workers; null: judged before anybody kept that. */
  readonly performedBy: readonly string[] | null;
  /** Whose fault it is that it failed; null: it did not, or nobody said. */
  readonly fault: Fault | null;
}

export interface GateEvidence {
  /** Everything that was submitted for the service, version and environment, oldest first. */
  readonly known: readonly GateRecord[];
  /** Of the service. */
  readonly waivers: readonly StoredWaiver[];
  readonly overrides: readonly StoredOverride[];
  /** Fingerprint of production's schema as it was posted last; null: nobody said. */
  readonly productionSchema: string | null;
  /** Those before and after each rehearsal, of every worker that performed any of it. */
  readonly selfChecks: readonly SelfCheck[];
}

export interface RehearsalFilter {
  readonly service?: string;
  readonly version?: string;
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
  /**
   * The existing one where the question was asked before; its newest attempt. With a key it is the one that the key
   * stands for; where there is none yet, both are kept or nothing. Throws RehearsalError `idempotency-key-reused`.
   */
  submit(
    submission: Submission,
    key?: IdempotencyKey,
  ): Promise<{ readonly rehearsal: StoredRehearsal; readonly created: boolean }>;
  /** null: nobody used it yet. Throws RehearsalError `idempotency-key-reused`. */
  boundTo(key: IdempotencyKey): Promise<StoredRehearsal | null>;
  rerun(id: RehearsalId, by: Actor): Promise<StoredRehearsal>;
  find(id: RehearsalId): Promise<StoredRehearsal | null>;
  list(
    filter: RehearsalFilter,
  ): Promise<{ readonly items: readonly StoredRehearsal[]; readonly cursor: string | null }>;
  /** Ids that are queued or running. */
  unfinished(): Promise<readonly RehearsalId[]>;
  /** Those that were admitted, in the order of their turns: what the queue must know. */
  running(): Promise<readonly RehearsalId[]>;
  planned(id: RehearsalId, plan: Plan): Promise<void>;
  plan(id: RehearsalId): Promise<Plan | null>;
  /**
   * false: somebody else judged or cancelled it first, and nothing was stored. What the gate needs of it is kept apart.
   */
  judge(id: RehearsalId, evidence: Evidence, report: Report, worker: string): Promise<boolean>;
  fail(id: RehearsalId, failure: StoredFailure): Promise<boolean>;
  /** false: it was over already. */
  cancel(id: RehearsalId, by: Actor): Promise<boolean>;
  /** Given as stored text, so that large documents are not parsed only to be written again. */
  report(id: RehearsalId): Promise<string | null>;
  evidence(id: RehearsalId): Promise<string | null>;
  /** null: it has no verdict. */
  gateFacts(id: RehearsalId): Promise<GateFacts | null>;
  /** All that the gate has to consider, as it was at one moment. */
  forGate(service: string, version: string, environment: string): Promise<GateEvidence>;
  /** The newest rehearsal of every service, version and environment. */
  board(): Promise<readonly StoredRehearsal[]>;
}

export interface Claim {
  readonly spec: RunSpec;
  readonly fence: number;
}

export interface Runs {
  /** Those that are known already stay as they are. */
  add(id: RehearsalId, specs: readonly RunSpec[]): Promise<void>;
  results(id: RehearsalId): Promise<readonly RunResult[]>;
  /** null: it has none yet. */
  result(id: RehearsalId, runId: RunId): Promise<RunResult | null>;
  spec(id: RehearsalId, runId: RunId): Promise<RunSpec | null>;
  /** null: it has a result, or its rehearsal is over. Whoever claimed it before can no longer store. */
  claim(id: RehearsalId, runId: RunId, worker: string): Promise<Claim | null>;
  /** false: a newer claim exists or a result is there, and nothing was stored. */
  finish(id: RehearsalId, runId: RunId, fence: number, result: RunResult): Promise<boolean>;
  /** Nobody has it in hand any more; the claim still counts. Nothing happens where a newer one exists. */
  release(id: RehearsalId, runId: RunId, fence: number): Promise<void>;
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

/**
 * `planned`, `started` and `run` are a run's life: on the sheet, taken by a worker, ended. A `sighting` is what blocks on
 * the evidence so far, a `finding` what was judged at the end.
 */
export type EventKind = 'status' | 'planned' | 'started' | 'run' | 'sighting' | 'finding' | 'verdict';

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
  /** Somebody wants it again: it will not count as unused for another while. False: it is gone. */
  keep(digest: Digest): Promise<boolean>;
  /** Writes the archive to `path`, complete or not at all. Throws RehearsalError `unknown-bundle`. */
  fetch(digest: Digest, path: string): Promise<void>;
  /** Removes some that nobody sent for so long and whose rehearsals' evidence is gone; says how many. */
  removeUnused(ageMs: number): Promise<number>;
}
