import type { StatementObservation } from '../../domain/statement.ts';
import type { JudgeContext } from '../context.ts';

export interface Place {
  readonly phase: string;
  readonly ordinal: number;
  readonly file?: string;
  readonly line?: number;
}

/**
 * Where a statement stands in the quiet run. A retry moves every later ordinal, so one statement would otherwise be
 * found under as many names as there are runs.
 */
export function placeOf(statement: StatementObservation, phase: string, context: JudgeContext): Place {
  const twin = quietTwin(statement, phase, context) ?? statement;
  const { file, line } = statement.file === undefined ? twin : statement;
  return {
    phase,
    ordinal: twin.ordinal,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  };
}

export function quietStatements(context: JudgeContext, phase: string): readonly StatementObservation[] {
  const run = context.expected?.run ?? context.control;
  return run?.attempts.find((attempt) => attempt.phase === phase)?.statements ?? [];
}

/** The same statement as the quiet run saw it. */
export const quietTwin = (
  statement: StatementObservation,
  phase: string,
  context: JudgeContext,
): StatementObservation | undefined => twinOf(statement, quietStatements(context, phase));

/** The quiet run's statement that works on this relation: the one with the strongest claim to have changed it. */
export function statementOn(context: JudgeContext, phase: string, relation: string): StatementObservation | undefined {
  const touching = quietStatements(context, phase).filter((statement) =>
    statement.locks.some((lock) => lock.relation === relation),
  );
  return touching.find((statement) => statement.file !== undefined) ?? touching[0];
}

function twinOf(
  statement: StatementObservation,
  candidates: readonly StatementObservation[],
): StatementObservation | undefined {
  const alike = candidates.filter((candidate) => candidate.sql === statement.sql);
  return (
    alike.find((candidate) => candidate.ordinal === statement.ordinal) ??
    alike.find(
      (candidate) =>
        candidate.file === statement.file && candidate.line === statement.line && statement.file !== undefined,
    ) ??
    alike.findLast((candidate) => candidate.ordinal <= statement.ordinal) ??
    alike[0]
  );
}
