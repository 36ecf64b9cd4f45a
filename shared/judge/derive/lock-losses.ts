import { blocksWriters, type LockParty } from '../../domain/lock.ts';
import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import type { StatementObservation } from '../../domain/statement.ts';
import type { JudgeContext } from '../context.ts';
import { endedWell, refusals, succeededLater } from './attempts.ts';
import { isWholeMigrations, reachedExpectedEnd, retryConverged } from './expected-end.ts';
import { isPerhapsPassedOver } from './passed-over.ts';
import { placeOf, quietStatements } from './place.ts';

/** A statement that was cancelled while it waited for a lock, and what came of it. */
export interface LockLoss {
  readonly run: RunResult;
  readonly attempt: MigrationAttempt;
  readonly statement: StatementObservation;
  readonly blockers: readonly LockParty[];
  readonly relation: string | undefined;
  readonly followed: Followed;
}

export type Followed =
  /** It tried again by itself, won, and ended where it should. */
  | 'won-later'
  /** It failed loudly, left whole migrations only, and the next attempt converged. */
  | 'failed-cleanly'
  | 'ignored'
  | 'left-something'
  | 'not-converged'
  | 'ended-elsewhere'
  | 'unseen';

export function lockLosses(run: RunResult, context: JudgeContext): readonly LockLoss[] {
  return run.attempts
    .filter((attempt) => !attempt.killedByUs)
    .flatMap((attempt) =>
      refusals(attempt)
        .filter((statement) => wasWaiting(run, statement))
        .map((statement) => {
          const waits = waitsOf(run, statement);
          return {
            run,
            attempt,
            statement,
            blockers: waits.flatMap((wait) => wait.blockers),
            // Who waits for old views of the rows waits for no table.
            relation:
              run.fault?.relation ?? (waits.at(-1)?.relation || strongLockOf(statement, attempt.phase, context)),
            followed: whatFollowed(run, attempt, statement, context),
          };
        }),
    );
}

/** Where nobody saw the wait: what the same statement locks in the quiet run. */
function strongLockOf(statement: StatementObservation, phase: string, context: JudgeContext): string | undefined {
  const { ordinal } = placeOf(statement, phase, context);
  const quiet = quietStatements(context, phase).find((candidate) => candidate.ordinal === ordinal);
  return quiet?.locks.find((lock) => blocksWriters(lock.mode))?.relation;
}

/** 55P03 says so itself; a 57014 is one where most of the statement's time was a wait for a lock. */
function wasWaiting(run: RunResult, statement: StatementObservation): boolean {
  if (statement.sqlstate === '55P03') return true;
  if (statement.sqlstate !== '57014') return false;
  const waitedMs = Math.max(statement.waitedMs, ...waitsOf(run, statement).map((wait) => wait.waitedMs));
  return waitedMs > 0 && waitedMs >= statement.durationMs / 2;
}

const waitsOf = (run: RunResult, statement: StatementObservation) =>
  run.lockWaits.filter(
    ({ waiter }) =>
      waiter.role === 'migration' && waiter.pid === statement.backendPid && waiter.ordinal === statement.ordinal,
  );

function whatFollowed(
  run: RunResult,
  attempt: MigrationAttempt,
  statement: StatementObservation,
  context: JudgeContext,
): Followed {
  if (endedWell(attempt)) {
    if (!succeededLater(attempt, statement)) return 'ignored';
    if (isPerhapsPassedOver(run, attempt, statement, context)) return 'unseen';
    const reached = reachedExpectedEnd(context.expected, run.attempts, run.end);
    // A later phase that fails is judged for itself.
    return reached === false && run.attempts.every(endedWell) ? 'ended-elsewhere' : 'won-later';
  }
  if (!run.end.seen) return 'unseen';
  if (!isWholeMigrations(context.expected, run.before, run.end.value)) return 'left-something';
  const converged = retryConverged(context.expected, run);
  if (converged === null) return 'unseen';
  return converged ? 'failed-cleanly' : 'not-converged';
}
