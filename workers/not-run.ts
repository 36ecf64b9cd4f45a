import type { RunResult } from '../shared/domain/observation.ts';
import { unobserved } from '../shared/domain/observed.ts';
import type { RunSpec } from '../shared/domain/run.ts';

/** A run that nobody could make is stored as such: a gap that the checks see, never a guess. */
export function notRun(
  spec: RunSpec,
  why: string,
  times: { readonly startedAt: string; readonly durationMs: number } = neverBegun(),
): RunResult {
  return {
    spec,
    outcome: 'not-run',
    why,
    ...times,
    cloneMs: 0,
    cloneMethod: 'copy',
    attempts: [],
    before: unobserved(why),
    states: [],
    end: unobserved(why),
    lockWaits: [],
    cells: [],
    invariants: [],
    serverLog: [],
    backendsOomKilled: 0,
    weaknesses: [],
  };
}

const neverBegun = () => ({ startedAt: new Date().toISOString(), durationMs: 0 });
