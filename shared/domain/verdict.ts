import type { DeployOrder } from './deploy-order.ts';
import type { CheckOutcome, Finding } from './finding.ts';
import type { RunId } from './ids.ts';

export type Verdict = 'pass' | 'fail' | 'inconclusive';
export type Harm = 'none' | 'refused' | 'harmed' | 'unknown';

/** All judgements over one evidence. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly harm: Harm;
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckOutcome[];
  readonly cells: readonly JudgedCell[];
  /** Absent: there are no versions, or nobody knows where the migration leads. */
  readonly order?: DeployOrder;
  readonly recovery: readonly Recovery[];
  /** One for each run whose aftermath was looked at. */
  readonly aftermaths: readonly JudgedAftermath[];
  /** What became of the manifest's waivers; absent: it declares none. */
  readonly waivers?: readonly JudgedWaiver[];
}

/** What a run left, against where the migration leads; null: it could not be seen. */
export interface JudgedAftermath {
  readonly run: RunId;
  readonly schemaEqual: boolean | null;
  readonly ledgerEqual: boolean | null;
  /** Objects that neither the beginning nor the expected end has: `kind name`. */
  readonly leftovers: readonly string[];
  /** Whether running the command again led to the expected end; null also where it was not run again. */
  readonly converged: boolean | null;
}

export interface JudgedWaiver {
  readonly check: string;
  readonly by: string;
  readonly until: string;
  /** `not-honoured`: whoever submitted the bundle may not waive. */
  readonly status: 'used' | 'unmatched' | 'expired' | 'not-honoured';
}

export interface JudgedCell {
  readonly app: 'previous' | 'next';
  readonly boot: 'running' | 'fresh';
  readonly state: string;
  readonly gates: boolean;
  readonly outcome: 'pass' | 'fail' | 'not-run';
  readonly probes: readonly {
    readonly name: string;
    readonly outcome: 'pass' | 'fail' | 'not-run';
    readonly detail: string;
  }[];
  readonly sqlErrors: readonly {
    readonly sqlstate: string;
    readonly message: string;
    readonly sql: string;
    readonly count: number;
  }[];
  /** Why it is not-run, or what failed, in a few words. */
  readonly because?: string;
}

export interface Recovery {
  readonly state: string;
  readonly choose: 'forward-fix' | 'roll-back' | 'retry';
  readonly because: string;
  readonly loses?: readonly {
    readonly relation: string;
    readonly rows?: number;
    readonly columns?: readonly string[];
  }[];
  readonly sql?: string;
}
