import type { LockObservation } from '../domain/lock.ts';
import type { RunResult } from '../domain/observation.ts';
import type { StatementObservation } from '../domain/statement.ts';

/**
 * Locks of one statement of a quiet run. Where it committed before its locks could be read, those of the traced run's
 * statement at the same place stand in; they are the same statement on the same data. Several sessions need not take
 * turns alike: what was sent only once is known again wherever it stands.
 */
export function knownLocks(
  phase: string,
  statement: StatementObservation,
  traced: RunResult | undefined,
): readonly LockObservation[] {
  if (statement.transaction !== null || statement.locks.length > 0) return statement.locks;
  return twinOf(phase, statement, traced)?.locks ?? [];
}

/** Whether anybody could have seen the locks of this statement, which may have committed before they were read. */
export const hadLocksRead = (phase: string, statement: StatementObservation, traced: RunResult | undefined): boolean =>
  statement.transaction !== null || statement.locks.length > 0 || twinOf(phase, statement, traced) !== undefined;

/** Whether it has to wait for older views of the rows, as the traced run saw it. */
export function waitsForSnapshots(
  phase: string,
  statement: StatementObservation,
  traced: RunResult | undefined,
): boolean {
  return twinOf(phase, statement, traced)?.waitsForSnapshots ?? false;
}

/** In the traced run the server would not run it in a transaction. */
export function refusesTransaction(
  phase: string,
  statement: StatementObservation,
  traced: RunResult | undefined,
): boolean {
  return statement.transaction === null && (twinOf(phase, statement, traced)?.refusesTransaction ?? false);
}

function twinOf(
  phase: string,
  statement: StatementObservation,
  traced: RunResult | undefined,
): StatementObservation | undefined {
  const alike = traced?.attempts
    .find((attempt) => attempt.phase === phase)
    ?.statements.filter(({ sql }) => sql === statement.sql);
  return alike?.find(({ ordinal }) => ordinal === statement.ordinal) ?? (alike?.length === 1 ? alike[0] : undefined);
}
