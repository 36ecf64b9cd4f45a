import type { RunResult } from '../../domain/observation.ts';
import type { StandbyApp, StandbyObservation } from '../../domain/standby.ts';
import { isLagBudgetNamed, standbyNotDue } from '../../plan/standby-due.ts';
import type { Reading } from '../collect-evidence.ts';
import type { JudgeContext } from '../context.ts';

export interface FollowedRun {
  readonly run: RunResult;
  readonly seen: StandbyObservation;
}

export const withoutStandby = ({ manifest }: JudgeContext): string | undefined => standbyNotDue(manifest);

export const followedRuns = ({ runs }: Reading): readonly FollowedRun[] =>
  runs.flatMap((run) => (run.standby === undefined ? [] : [{ run, seen: run.standby }]));

/** Runs in which nobody looked at the standby. */
export const unseenStandby = ({ runs }: Reading): readonly string[] =>
  runs.flatMap(({ spec, standby }) => (standby === undefined ? [`${spec.id}: the standby was not looked at`] : []));

/**
 * Whether this deployment has a standby that somebody relies on: a version reads there, or a budget for its lag is
 * named. Without one, what would happen to it is worth knowing and no reason to stop.
 */
export function reliesOnStandby({ seen }: FollowedRun, { manifest }: JudgeContext): boolean {
  return isLagBudgetNamed(manifest.budgets) || seen.apps.some(readsThere);
}

export const readsThere = ({ statements }: StandbyApp): boolean => statements > 0;

export const severityFor = (followed: FollowedRun, context: JudgeContext): 'warns' | undefined =>
  reliesOnStandby(followed, context) ? undefined : 'warns';
