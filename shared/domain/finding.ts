import type { AppName } from './bundle.ts';
import type { RunId } from './ids.ts';
import type { Scenario } from './run.ts';

export type Severity = 'blocks' | 'warns';

/** One thing that one check found. Identity: check, phase, ordinal, relation, app, state without its run. */
export interface Finding {
  readonly check: string;
  readonly severity: Severity;
  readonly title: string;
  readonly summary: string;
  /** The first scenario that showed it. */
  readonly scenario: Scenario;
  readonly phase?: string;
  readonly ordinal?: number;
  readonly file?: string;
  readonly line?: number;
  /** Last line of the statement that begins at `line`. */
  readonly endLine?: number;
  readonly relation?: string;
  readonly app?: AppName;
  readonly state?: string;
  readonly evidence: { readonly runs: readonly RunId[] } & Readonly<Record<string, unknown>>;
  readonly remedy: { readonly text: string; readonly sql?: string };
  readonly waivedBy?: string;
  /** ISO time of the first moment at which the waiver no longer holds. */
  readonly waivedUntil?: string;
}

export type CheckOutcome = CheckAnswer & {
  /** What it does to the verdict under the rules of this rehearsal; a draft may be milder. */
  readonly severity?: Severity;
};

type CheckAnswer =
  | { readonly id: string; readonly outcome: 'clear'; readonly reason?: string }
  | {
      readonly id: string;
      readonly outcome: 'found';
      readonly reason?: string;
      /** What it would have had to see besides: once its findings are waived, nothing else was cleared. */
      readonly alsoLacks?: readonly string[];
    }
  | { readonly id: string; readonly outcome: 'undetermined'; readonly reason: string }
  | { readonly id: string; readonly outcome: 'broken'; readonly reason: string }
  | { readonly id: string; readonly outcome: 'not-applicable'; readonly reason: string };

/** Whoever asked was not told: neither clear nor found. */
export const isUnsure = ({ outcome }: Pick<CheckOutcome, 'outcome'>): boolean =>
  outcome === 'undetermined' || outcome === 'broken';
