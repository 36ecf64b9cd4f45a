/** As GitLab's external status checks know them; `pending` fails there by itself after two minutes. */
export type CheckStatus = 'pending' | 'passed' | 'failed';

/** One check of one merge request; numbers as GitLab gives them. */
export interface CheckOfMergeRequest {
  readonly project: number;
  readonly mergeRequest: number;
  readonly check: number;
}

export interface AskedCheck extends CheckOfMergeRequest {
  /** Head of the source branch. */
  readonly sha: string;
  readonly service: string;
  readonly environment: string;
  /** Of the merge request: an older call than the newest one changes nothing. */
  readonly changedAt: Date;
}

/** Ours to look at and to answer, and nobody else's, until the lease ends. */
export interface DueCheck extends Omit<AskedCheck, 'changedAt'> {
  /** What was rehearsed of the commit: submitted from it, or with it as version. */
  readonly rehearsed: readonly { readonly version: string; readonly bundle: string }[];
  /** null: nothing since GitLab asked, or nobody knows what. */
  readonly answered: { readonly status: CheckStatus; readonly at: Date } | null;
  /** Answers that failed since the last one that did not. */
  readonly failures: number;
  readonly asked: number;
  readonly taken: number;
}

/** What came of a look; `over`: GitLab no longer wants an answer for this commit. */
export type CheckOutcome =
  | { readonly kind: 'unchanged' | 'failed'; readonly nextAt: Date }
  | { readonly kind: 'answered'; readonly status: CheckStatus; readonly at: Date; readonly nextAt: Date }
  | { readonly kind: 'over' };

/** Who waits for an answer. Never two at once have one check in hand, so that no old answer follows a newer one. */
export interface StatusChecks {
  /** It is due as soon as no other answer can be under way, whatever it was answered before. */
  ask(check: AskedCheck): Promise<void>;
  /** Nobody waits any more: it was merged or closed. */
  close(check: CheckOfMergeRequest, changedAt: Date): Promise<void>;
  takeDue(now: Date, leaseMs: number, limit: number): Promise<readonly DueCheck[]>;
  /**
   * Nothing is kept of it where the lease went to somebody else; asked again meanwhile, it is due at once, but for
   * an answer that failed: that one may still arrive there.
   */
  settle(check: DueCheck, outcome: CheckOutcome): Promise<void>;
  /** Removes what was asked before then, but for what is green in GitLab and may yet have to become red. */
  forgetBefore(then: Date): Promise<void>;
}
