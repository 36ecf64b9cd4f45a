import { parseRunId } from '../domain/ids.ts';
import { lockModes } from '../domain/lock.ts';
import type { RunResult } from '../domain/observation.ts';
import type { Plan } from '../domain/plan.ts';
import type { SecondStartRun } from '../domain/run.ts';
import type { StatementObservation } from '../domain/statement.ts';
import { knownLocks } from './known-locks.ts';

type NotTested = { what: string; because: string };

/**
 * Two that start together both read what is applied before either of them changes anything. One tool runs all phases,
 * and what keeps two of it apart does so in the first that changes something.
 */
export function secondStartRuns(
  plan: Plan,
  control: RunResult,
  traced: RunResult | undefined,
  expectedEnds: Readonly<Record<string, string>>,
  notTested: NotTested[],
): readonly SecondStartRun[] {
  const places = control.attempts.flatMap(({ phase, statements }) => {
    const first = statements.find((statement) => changes(phase, statement, traced));
    return first === undefined ? [] : [{ phase, ordinal: first.ordinal }];
  });
  const [place, ...rest] = places;
  for (const { phase } of rest) {
    const because = 'a second start is tried for the first phase that changes something';
    notTested.push({ what: `${phase} started twice at once`, because });
  }
  if (place === undefined) return [];
  return [
    {
      id: parseRunId(`contention-second-start-${place.phase}`),
      scenario: 'contention',
      seed: plan.seed,
      alone: false,
      expectedEnds,
      holder: 'second-start',
      ...place,
    },
  ];
}

/** It commits something, or takes a lock that shows that it will. */
function changes(phase: string, statement: StatementObservation, traced: RunResult | undefined): boolean {
  if (statement.committed !== undefined) return true;
  return knownLocks(phase, statement, traced).some(
    ({ mode }) => lockModes.indexOf(mode) >= lockModes.indexOf('RowExclusiveLock'),
  );
}
