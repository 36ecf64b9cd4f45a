import type { LockParty } from '../../domain/lock.ts';
import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import type { StatementObservation } from '../../domain/statement.ts';

export interface FoundStatement {
  readonly attempt: MigrationAttempt;
  readonly statement: StatementObservation;
}

/**
 * At which statement the migration was when it was met in a queue: that of its very session, for each phase counts from
 * one. Where no session is known, in the phase at which the run's fault was aimed.
 */
export function statementOfParty(
  run: RunResult,
  { pid, ordinal }: Partial<Pick<LockParty, 'pid' | 'ordinal'>>,
): FoundStatement | undefined {
  if (ordinal === undefined) return undefined;
  const found = run.attempts.flatMap((attempt) =>
    attempt.statements
      .filter((statement) => statement.ordinal === ordinal)
      .map((statement) => ({ attempt, statement })),
  );
  return (
    found.find(({ statement }) => statement.backendPid === pid) ??
    found.find(({ attempt }) => attempt.phase === run.fault?.phase) ??
    found[0]
  );
}
