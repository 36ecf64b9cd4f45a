import { parseRunId } from '../domain/ids.ts';
import { lockModes } from '../domain/lock.ts';
import type { RunResult } from '../domain/observation.ts';
import type { Plan } from '../domain/plan.ts';
import type { SecondStartRun } from '../domain/run.ts';
import type { StatementObservation } from '../domain/statement.ts';
import { knownLocks } from './known-locks.ts';
import { runLimits } from './limits.ts';
import { phaseInId } from './run-id-parts.ts';

type NotTested = { what: string; because: string };

/**
 * Two that start together both read what is applied before either of them changes anything. What keeps two of a tool
 * apart is asked in each phase that changes something: every phase may be a command of its own.
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
  const { secondStarts } = runLimits;
  for (const { phase } of places.slice(secondStarts)) {
    const because = `more than ${secondStarts} phases that change something; a second start is tried for the first ones`;
    notTested.push({ what: `${phase} started twice at once`, because });
  }
  return places.slice(0, secondStarts).map((place) => ({
    id: parseRunId(`contention-second-start-${phaseInId(place.phase)}`),
    scenario: 'contention',
    seed: plan.seed,
    alone: false,
    expectedEnds,
    holder: 'second-start',
    ...place,
  }));
}

/** It commits something, or takes a lock that shows that it will. */
function changes(phase: string, statement: StatementObservation, traced: RunResult | undefined): boolean {
  if (statement.committed !== undefined) return true;
  return knownLocks(phase, statement, traced).some(
    ({ mode }) => lockModes.indexOf(mode) >= lockModes.indexOf('RowExclusiveLock'),
  );
}
