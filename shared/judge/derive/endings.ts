import type { RunResult } from '../../domain/observation.ts';
import type { DatabaseState } from '../../domain/schema.ts';
import type { Reading } from '../collect-evidence.ts';
import { type Claim, claimOf } from './attempts.ts';

/** Where a run's commands left the database, and what they say of it. */
export interface Ending {
  readonly run: RunResult;
  /** The last phase that was started. */
  readonly phase: string;
  readonly claim: Claim;
  readonly end: DatabaseState;
}

export function endingsOf(...readings: readonly Reading[]): readonly Ending[] {
  return readings.flatMap(({ runs }) =>
    runs.flatMap((run) => {
      const claim = claimOf(run.attempts);
      const phase = run.attempts.at(-1)?.phase;
      if (claim === null || phase === undefined || !run.end.seen) return [];
      return [{ run, phase, claim, end: run.end.value }];
    }),
  );
}

/** Runs of which nobody knows where they began: what they left over cannot be told from what was there. */
export function unseenStarts(...readings: readonly Reading[]): readonly string[] {
  return readings.flatMap(({ runs }) =>
    runs.flatMap(({ spec, before, attempts }) =>
      before.seen || attempts.length === 0 ? [] : [`${spec.id}: its beginning was not looked at (${before.why})`],
    ),
  );
}

/** Runs of which nobody knows where they ended. */
export function unseenEnds(...readings: readonly Reading[]): readonly string[] {
  return readings.flatMap(({ runs }) =>
    runs.flatMap(({ spec, end, attempts }) =>
      end.seen || attempts.length === 0 ? [] : [`${spec.id}: its end was not looked at (${end.why})`],
    ),
  );
}
