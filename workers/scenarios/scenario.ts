import type { RunResult } from '../../shared/domain/observation.ts';

/** What a scenario adds to its run's result; the rest (clone, times, server log) is the same for all. */
export type ScenarioFindings = Pick<
  RunResult,
  'attempts' | 'states' | 'end' | 'lockWaits' | 'cells' | 'invariants' | 'weaknesses'
> &
  Pick<
    Partial<RunResult>,
    'fault' | 'aftermath' | 'load' | 'valuesLost' | 'otherStart' | 'standby' | 'mixed' | 'steady' | 'disk'
  > & {
    /** The command of a phase ended other than 0. */
    readonly failed: boolean;
  };

export const nothingElse = {
  states: [],
  lockWaits: [],
  cells: [],
  invariants: [],
  weaknesses: [],
} as const;
