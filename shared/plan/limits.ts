/** Limits of one rehearsal, all named here; what they leave out is listed in `notTested`. */
export const runLimits = {
  /** The second starts of the same migration are among them. */
  contentionRuns: 10,
  /** Phases whose command is started twice at once. */
  secondStarts: 4,
  /** Rows that an actor holds at most; a table of so many or fewer is held whole. */
  heldRows: 10_000,
  interruptionRuns: 14,
  /** A statement that commits by itself and takes so long is cut off in its midst, too. */
  longStatementMs: 1_000,
  /** Of one phase so many committed states are looked at; a batch job commits thousands that differ in nothing but rows. */
  statesReadInsidePhase: 200,
  /** Committed states inside one phase that get compatibility cells of their own. */
  statesInsidePhase: 6,
  /** Queries of production that are prepared on every state: as many as `pg_stat_statements` keeps by default. */
  queryShapes: 5_000,
  /** A longer one is counted only. */
  queryShapeChars: 8_000,
  /** The first of them are planned, too: what previous sent, then what runs most. */
  plannedShapes: 300,
  /** States on which both versions are asked side by side. */
  mixedStates: 2,
  /** A text column of at most so many different values is one of few; of so many columns, in tables of so many rows. */
  censusValues: 20,
  censusColumns: 50,
  censusRows: 1_000_000,
  /** One count of them all. */
  censusMs: 3_000,
  /** Phases from whose end the declared rollback is tried. */
  rollbackRuns: 8,
  /** Drafts of SQL of one source that are tried on one state that running the command again did not lead out of. */
  repairDrafts: 2,
  /** A migration that takes longer is not made once more to learn where such SQL has to lead. */
  repairedMigrationMs: 60_000,
  /** A steady state that is looked at for less tells nothing of jobs that come now and then. */
  steadyMsMin: 10_000,
  /** An actor holds a lock at most so long. */
  actorHoldMs: 10_000,
  /** A server-wide lock timeout that does not fit is made so short for the run. */
  scaledLockTimeoutMs: 2_000,
} as const;
