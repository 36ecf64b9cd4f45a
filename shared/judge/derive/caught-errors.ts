import type { LockWait } from '../../domain/lock.ts';
import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import type { StatementObservation } from '../../domain/statement.ts';

/** Our look at the locks and the statement's own end are that far apart at most. */
const sightMs = 50;

/** A statement that was answered well although something inside the server had caught an error. */
export interface CaughtError {
  readonly attempt: MigrationAttempt;
  readonly statement: StatementObservation;
}

/** By the WAL of the control run: how many parts of its transaction were aborted. */
export function caughtOnTheQuietRun(run: RunResult): readonly (CaughtError & { readonly times: number })[] {
  return run.attempts.flatMap((attempt) =>
    attempt.statements.flatMap((statement) =>
      statement.caught?.seen === true ? [{ attempt, statement, times: statement.caught.value }] : [],
    ),
  );
}

/**
 * It waited for a lock that somebody held for us, and was done, without an error, while that one still held it: it
 * cannot have got the lock. Somebody inside the server gave up and said nothing.
 */
export function gaveUpTheLock(run: RunResult): readonly (CaughtError & { readonly wait: LockWait })[] {
  const { fault } = run;
  if (fault?.kind !== 'lock' || fault.heldFromMs === undefined || fault.heldMs === undefined) return [];
  const releasedMs = fault.heldFromMs + fault.heldMs;
  return run.attempts.flatMap((attempt) =>
    attempt.statements.flatMap((statement) => {
      const wait = run.lockWaits.find((candidate) => isFor(candidate, statement, fault.relation));
      const endedMs = statement.startedAtMs + statement.durationMs;
      const isDone = statement.sqlstate === undefined && statement.statusAfter !== null;
      return wait !== undefined && isDone && endedMs < releasedMs - sightMs ? [{ attempt, statement, wait }] : [];
    }),
  );
}

/** Its request for the held lock ended and came again while it was one statement: it has a limit that nobody can read. */
export const askedAgain = (run: RunResult, statement: StatementObservation): boolean =>
  run.lockWaits.filter((wait) => isFor(wait, statement, run.fault?.relation)).length > 1;

const isFor = ({ waiter, blockers, relation }: LockWait, statement: StatementObservation, held: string | undefined) =>
  waiter.role === 'migration' &&
  waiter.pid === statement.backendPid &&
  waiter.ordinal === statement.ordinal &&
  relation === held &&
  blockers.some(({ role }) => role === 'actor');
