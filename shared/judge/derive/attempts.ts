import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import type { StatementObservation } from '../../domain/statement.ts';

/** What a run's commands say about themselves. */
export type Claim = 'success' | 'failure' | 'killed';

/** null: no command was started. */
export function claimOf(attempts: readonly MigrationAttempt[]): Claim | null {
  if (attempts.length === 0) return null;
  if (attempts.some((attempt) => attempt.killedByUs)) return 'killed';
  return attempts.every(endedWell) ? 'success' : 'failure';
}

export const endedWell = (attempt: MigrationAttempt): boolean => attempt.exitCode === 0 && !attempt.timedOut;

/** Every start of a command in this run, the retry's included, that we did not end ourselves. */
export function honestAttempts(run: RunResult): readonly MigrationAttempt[] {
  return [...run.attempts, ...(run.aftermath?.retry?.attempts ?? [])].filter((attempt) => !attempt.killedByUs);
}

/** Text that names a command's end: `exited 1`, `was killed for memory`. */
export function howItEnded(attempt: MigrationAttempt): string {
  if (attempt.oomKilled) return 'was killed for memory';
  if (attempt.timedOut) return 'ran into its timeout';
  if (attempt.killedByUs) return 'was killed on purpose';
  if (attempt.exitCode === null) return `ended by ${attempt.signal ?? 'an unknown signal'}`;
  return `exited ${attempt.exitCode}`;
}

/**
 * The server's refusals that are no mere consequence of another: 25P02 only says that the transaction had failed
 * before.
 */
export function refusals(attempt: MigrationAttempt): readonly StatementObservation[] {
  return attempt.statements.filter((statement) => statement.sqlstate !== undefined && statement.sqlstate !== '25P02');
}

/**
 * What the refused statement wanted was done after all: every shape that it stands for succeeded later in the same
 * attempt. A COMMIT that is refused stands for the whole transaction.
 */
export function succeededLater(attempt: MigrationAttempt, refused: StatementObservation): boolean {
  return shapesOf(attempt, refused).every((shape) =>
    successesOf(attempt, shape).some(({ ordinal }) => ordinal > refused.ordinal),
  );
}

/** Statements of this shape that were done and not undone. */
export const successesOf = (attempt: MigrationAttempt, shape: string): readonly StatementObservation[] =>
  attempt.statements.filter(
    (statement) => statement.sql === shape && statement.sqlstate === undefined && !wasUndone(attempt, statement),
  );

export function shapesOf(attempt: MigrationAttempt, refused: StatementObservation): readonly string[] {
  if (refused.transaction === null || refused.statusAfter !== 'I') return [refused.sql];
  const earlier = transactionOf(attempt, refused.transaction).filter(
    (statement) => statement.ordinal < refused.ordinal,
  );
  const body = earlier.slice(1).map((statement) => statement.sql);
  return body.length === 0 ? [refused.sql] : body;
}

/** Its transaction failed afterwards, or was still open when the connection ended. */
function wasUndone(attempt: MigrationAttempt, statement: StatementObservation): boolean {
  if (statement.transaction === null) return false;
  const all = transactionOf(attempt, statement.transaction);
  const last = all.at(-1);
  if (last === undefined || last.committed !== undefined) return false;
  return last.statusAfter !== 'I' || all.at(-2)?.statusAfter === 'E' || last.sqlstate !== undefined;
}

const transactionOf = (attempt: MigrationAttempt, number: number): readonly StatementObservation[] =>
  attempt.statements.filter((statement) => statement.transaction === number);
