/** What is not kept for ever. */
export interface Retention {
  /**
   * Removes evidence and run results of some rehearsals that ended longer ago; says of how many. Verdicts, reports and
   * all that the gate needs stay.
   */
  removeEvidence(ageMs: number): Promise<number>;
}
