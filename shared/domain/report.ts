import type { AppName, NotTested, Overlap } from './bundle.ts';
import type { DeployOrder } from './deploy-order.ts';
import type { CheckOutcome, Finding } from './finding.ts';
import type { Hint } from './hint.ts';
import type { VersionImage } from './image.ts';
import type { LatencyMs, LoadObservation } from './load.ts';
import type { LockObservation, LockQueue } from './lock.ts';
import type { FaultKind, HostFacts } from './observation.ts';
import type { Scenario } from './run.ts';
import type { SteppedMaxima } from './series.ts';
import type { StandbyLag } from './standby.ts';
import type { Harm, JudgedCell, Recovery, Verdict } from './verdict.ts';

/** `report.json`, `reportVersion: 1`, as CONTRACT section 4 fixes it. */
export interface Report {
  readonly reportVersion: 1;
  readonly rehearsalId: string;
  readonly service: string;
  readonly version: string;
  readonly previous: string;
  readonly environment: string;
  readonly seed: number;
  readonly verdict: Verdict;
  readonly sentence: string;
  readonly harm: Harm;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly digests: {
    readonly bundle: string;
    readonly snapshot: string;
    readonly rules: string;
    readonly previousApp: string | null;
    readonly nextApp: string | null;
  };
  /** The images that the versions were rehearsed in; absent: they have none, or the host knows none. */
  readonly images?: readonly VersionImage[];
  readonly snapshot: {
    readonly name: string;
    readonly version: string;
    readonly dataAsOf: string | null;
    readonly bytes: number;
    readonly cloneMethod: 'reflink' | 'copy';
  };
  readonly host: HostFacts;
  readonly runs: readonly ReportRun[];
  readonly compatibility: {
    readonly overlap: Overlap;
    readonly cells: readonly JudgedCell[];
    /** What the matrix says about each way to deploy. */
    readonly order?: ReportedOrder;
  };
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckOutcome[];
  readonly recovery: readonly Recovery[];
  readonly notTested: readonly NotTested[];
  /** What a linter reads out of the SQL files, beside what was observed; it decides nothing. */
  readonly hints?: readonly Hint[];
  /** Why there are none. */
  readonly hintsUnavailable?: string;
}

export interface ReportedOrder extends DeployOrder {
  /** The order that is advised, as one sentence. */
  readonly proposal: string;
}

export interface ReportRun {
  readonly id: string;
  readonly scenario: Scenario;
  readonly startsFrom: string;
  readonly outcome: 'completed' | 'failed' | 'not-run';
  readonly why?: string;
  readonly cloneMs: number;
  readonly durationMs: number;
  readonly fault?: {
    readonly kind: FaultKind;
    readonly phase: string;
    readonly ordinal: number;
    readonly moment: 'before' | 'during' | 'after';
    readonly mode?: string;
    readonly relation?: string;
    /** Of a lock: when the actor had it, in ms from the run's start, and for how long. */
    readonly heldFromMs?: number;
    readonly heldMs?: number;
  };
  readonly aftermath?: {
    readonly schemaEqual: boolean | null;
    readonly ledgerEqual: boolean | null;
    readonly leftovers: readonly string[];
    readonly previousStarts: boolean | null;
    readonly nextStarts: boolean | null;
    readonly retry?: { readonly exitCode: number | null; readonly converged: boolean | null };
  };
  readonly migration: readonly ReportAttempt[];
  readonly load?: LoadObservation;
  /** Who stood behind whom for a lock, the costliest queue first; absent: nobody was seen waiting. */
  readonly queues?: readonly LockQueue[];
  readonly standby?: {
    readonly lagBytesMax: number;
    readonly lagMsMax: number;
    readonly lag?: StandbyLag;
    readonly cancelledQueries: number;
    readonly replayBlockedMs: number;
    /** null: nobody could compare. */
    readonly sameSchema: boolean | null;
  };
}

export interface ReportAttempt {
  readonly phase: string;
  readonly attempt: number;
  readonly exitCode: number | null;
  readonly signal?: string;
  readonly oomKilled: boolean;
  readonly timedOut: boolean;
  readonly durationMs: number;
  readonly memoryPeakBytes?: number;
  readonly memoryLimitBytes?: number;
  readonly memory?: SteppedMaxima;
  readonly statements: readonly ReportStatement[];
}

export interface ReportStatement {
  readonly ordinal: number;
  readonly sql: string;
  readonly file?: string;
  readonly line?: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly waitedMs: number;
  readonly transaction: number | null;
  readonly rows: number;
  readonly sqlstate?: string;
  readonly message?: string;
  readonly locks: readonly LockObservation[];
  readonly rewrote: readonly string[];
  readonly walBytes: number;
}

export type { AppName, LatencyMs };
