/** What a linter says of a statement that it has only read. */
export interface StaticHint {
  readonly file: string;
  /** 1-based lines of what it points at. */
  readonly line: number;
  readonly endLine: number;
  readonly rule: string;
  readonly message: string;
}

/** A static hint beside what was observed; it never decides anything. */
export interface Hint {
  readonly file: string;
  readonly line: number;
  /** The linter's rule; for what it did not predict, the check that found it. */
  readonly rule: string;
  readonly message: string;
  /**
   * `confirmed`: the rehearsal showed it. `not-observed`: it was looked for and did not happen. `not-looked`: no
   * rehearsal shows such a thing, or no run reached the statement. `not-predicted`: it happened and no rule says so.
   */
  readonly status: 'confirmed' | 'not-observed' | 'not-looked' | 'not-predicted';
  readonly because: string;
}
