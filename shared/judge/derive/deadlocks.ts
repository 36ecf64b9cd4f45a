import { type LockWait, waitsAhead } from '../../domain/lock.ts';
import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import type { StatementObservation } from '../../domain/statement.ts';
import { honestAttempts } from './attempts.ts';
import { statementOfParty } from './statement-of-party.ts';

const deadlocked = '40P01';

/** A deadlock that the server ended at the migration's cost, or at that of the traffic. */
export interface Deadlock {
  readonly run: RunResult;
  readonly victim: 'migration' | 'traffic';
  readonly phase: string | undefined;
  readonly statement: StatementObservation | undefined;
  readonly relation: string | undefined;
}

export function deadlocks(run: RunResult): readonly Deadlock[] {
  const starts = [...honestAttempts(run), ...(run.otherStart === undefined ? [] : [run.otherStart])];
  const lost = starts.flatMap((attempt) => [...onTheWire(run, attempt), ...inTheLog(run, attempt)]);
  return [...lost, ...ofTraffic(run)];
}

function onTheWire(run: RunResult, attempt: MigrationAttempt): readonly Deadlock[] {
  return attempt.statements
    .filter(({ sqlstate }) => sqlstate === deadlocked)
    .map((statement) => {
      const wait = run.lockWaits.findLast(
        ({ waiter }) => waiter.pid === statement.backendPid && waiter.ordinal === statement.ordinal,
      );
      return { run, victim: 'migration', phase: attempt.phase, statement, relation: wait?.relation };
    });
}

/** An answer that never reached the command, or one that a child of it got. */
function inTheLog(run: RunResult, attempt: MigrationAttempt): readonly Deadlock[] {
  const pids = new Set(attempt.statements.map(({ backendPid }) => backendPid));
  const answered = new Set(attempt.statements.filter((s) => s.sqlstate === deadlocked).map((s) => s.backendPid));
  const logged = run.serverLog.some(
    ({ pid, sqlstate }) => sqlstate === deadlocked && pids.has(pid) && !answered.has(pid),
  );
  if (!logged) return [];
  return [{ run, victim: 'migration', phase: attempt.phase, statement: undefined, relation: undefined }];
}

/** Transactions of the traffic deadlock among each other too: the migration has to be a part of the circle. */
function ofTraffic(run: RunResult): readonly Deadlock[] {
  if (trafficLosses(run) === 0) return [];
  const circles = run.lockWaits
    .filter(({ waiter }) => waiter.role === 'traffic')
    .flatMap((wait) => circleOf(wait, run));
  return circles.slice(0, 1).map(({ relation, waiter }) => {
    const found = statementOfParty(run, waiter);
    return { run, victim: 'traffic', phase: found?.attempt.phase, statement: found?.statement, relation };
  });
}

/** Deadlocks of the traffic in which nobody was seen to be a part: whose they are is not known. */
export function isUnexplained(run: RunResult): boolean {
  if (trafficLosses(run) === 0 || (run.load?.baselineFailedBySqlstate[deadlocked] ?? 0) > 0) return false;
  const waits = run.lockWaits.filter(({ waiter }) => waiter.role === 'traffic');
  return !waits.some((wait) => reaches(wait, wait.waiter.pid, run.lockWaits, new Set()));
}

const trafficLosses = ({ load }: RunResult): number => load?.failedBySqlstate[deadlocked] ?? 0;

/** The traffic waits for the migration, which waits, itself or through others, for that same transaction. */
function circleOf(wait: LockWait, { lockWaits }: RunResult): readonly LockWait[] {
  return waitsAhead(wait, lockWaits)
    .filter(({ waiter }) => waiter.role === 'migration')
    .filter((other) => reaches(other, wait.waiter.pid, lockWaits, new Set()));
}

function reaches(wait: LockWait, pid: number, all: readonly LockWait[], seen: Set<LockWait>): boolean {
  if (wait.blockers.some((blocker) => blocker.pid === pid)) return true;
  seen.add(wait);
  return waitsAhead(wait, all).some((next) => !seen.has(next) && reaches(next, pid, all, seen));
}
