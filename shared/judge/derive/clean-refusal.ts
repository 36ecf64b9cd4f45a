import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import { type Observed, unobserved } from '../../domain/observed.ts';
import type { DatabaseState } from '../../domain/schema.ts';
import { refusals } from './attempts.ts';
import { sameRowCounts, sameState } from './same-state.ts';

/**
 * The command stopped by its own decision and touched nothing: it exited non-zero, the server refused nothing but what
 * was raised on purpose (class P0), and schema, ledger and rows are as before the phase.
 */
export function isCleanRefusal(run: RunResult, attempt: MigrationAttempt): boolean {
  if (attempt.exitCode === null || attempt.exitCode === 0) return false;
  if (attempt.timedOut || attempt.oomKilled || attempt.killedByUs || attempt.signal !== undefined) return false;
  if (run.backendsOomKilled > 0) return false;
  if (refusals(attempt).some((statement) => !statement.sqlstate?.startsWith('P0'))) return false;
  const start = startOfPhase(run, attempt.phase);
  if (!start.seen || !run.end.seen) return false;
  return sameState(start.value, run.end.value) && sameRowCounts(start.value, run.end.value);
}

/** The state that a phase of a quiet run found. */
export function startOfPhase(run: RunResult, phase: string): Observed<DatabaseState> {
  const earlier = run.attempts
    .slice(
      0,
      run.attempts.findIndex((attempt) => attempt.phase === phase),
    )
    .at(-1);
  if (earlier === undefined) return run.before;
  const place = run.states.findLast(({ point }) => point.kind === 'after' && point.phase === earlier.phase);
  return place?.state ?? unobserved(`the state after ${earlier.phase} was not looked at`);
}

/** The first start of a command in this run that did not end well by itself. */
export function failingAttempt(run: RunResult): MigrationAttempt | undefined {
  return run.attempts.find((attempt) => !attempt.killedByUs && (attempt.exitCode !== 0 || attempt.timedOut));
}
