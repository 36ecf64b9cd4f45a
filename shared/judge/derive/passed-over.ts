import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import type { StatementObservation } from '../../domain/statement.ts';
import type { JudgeContext } from '../context.ts';
import { shapesOf, succeededLater, successesOf } from './attempts.ts';

/**
 * Something of its shape succeeded later, and all the same the shape was done less often, and on fewer rows, than in
 * the quiet run: of a job that works in batches that may have been the next one, and this one was never tried again.
 */
export function isPerhapsPassedOver(
  run: RunResult,
  attempt: MigrationAttempt,
  refused: StatementObservation,
  { expected }: JudgeContext,
): boolean {
  const quiet = expected?.run.attempts.find(({ phase }) => phase === attempt.phase);
  if (quiet === undefined || !succeededLater(attempt, refused)) return false;
  // What an earlier start of the command did, the next one need not do again.
  const starts = [...run.attempts, ...(run.aftermath?.retry?.attempts ?? [])].filter(
    ({ phase }) => phase === attempt.phase,
  );
  return shapesOf(attempt, refused).some((shape) => {
    const once = successesOf(quiet, shape);
    const here = starts.flatMap((start) => successesOf(start, shape));
    return here.length < once.length && fewerRows(here, once);
  });
}

/** A loop that found nothing left at its end has done what it lost as well. */
function fewerRows(here: readonly StatementObservation[], once: readonly StatementObservation[]): boolean {
  const wanted = rowsOf(once);
  return wanted === 0 || (rowsOf(here) < wanted && here.at(-1)?.rows !== 0);
}

const rowsOf = (statements: readonly StatementObservation[]): number =>
  statements.reduce((sum, { rows }) => sum + rows, 0);
