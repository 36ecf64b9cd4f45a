import type { Manifest } from '../../domain/bundle.ts';
import type { LoadObservation } from '../../domain/load.ts';
import type { RunResult } from '../../domain/observation.ts';
import type { SteadyObservation } from '../../domain/steady.ts';
import type { Reading } from '../collect-evidence.ts';

/** One version living with its traffic. */
export interface SteadyHalf {
  readonly run: RunResult;
  readonly load: LoadObservation;
  readonly steady: SteadyObservation;
}

export interface SteadyPair {
  readonly before: SteadyHalf;
  readonly after: SteadyHalf;
  /** Neither run was late: what took long in one and not in the other took long for its own reasons. */
  readonly isTimely: boolean;
}

/** Previous and next under the same traffic; undefined: one of them was not seen. */
export function steadyPair({ runs }: Reading, manifest: Manifest): SteadyPair | undefined {
  const [before, after] = [halfOf(runs, 'previous'), halfOf(runs, 'next')];
  if (before === undefined || after === undefined) return undefined;
  return { before, after, isTimely: [before, after].every((half) => lateness(half, manifest).length === 0) };
}

/** Why nothing can be said of how next lives: half of the pair is missing, silent or did not start. */
export function steadyGaps({ runs, missing }: Reading, { apps }: Manifest): readonly string[] {
  const wanted = ['previous', 'next'] as const;
  return wanted.flatMap((app) => {
    const half = halfOf(runs, app);
    if (half === undefined) return missing.length > 0 ? [] : [`nobody saw how ${app} lives with its traffic`];
    const { steady, run } = half;
    if (steady.ready === false) return [`${run.spec.id}: ${app} did not become ready`];
    const statements = steady.processes.reduce((sum, process) => sum + process.statements, 0);
    if (apps !== 'none' && statements === 0) return [`${run.spec.id}: ${app} never asked its database anything`];
    return steady.probes
      .filter(({ asked }) => asked === 0)
      .map(({ name }) => `${run.spec.id}: “${name}” was not asked once, for others took too long`);
  });
}

/** Of the budget for waits; a generator that is later shifts every latency by as much. */
const latePart = 1 / 4;

/** A machine that could not keep up is late in everything. What a version itself slows down is not told apart from it. */
export function lateness({ run, load }: SteadyHalf, { budgets }: Manifest): readonly string[] {
  const gaps = run.weaknesses.filter(({ part }) => part === 'locks').map(({ because }) => because);
  return load.lagMsP99 > budgets.blockedMs * latePart ? [...gaps, 'its generator was late'] : gaps;
}

function halfOf(runs: readonly RunResult[], app: 'previous' | 'next'): SteadyHalf | undefined {
  const run = runs.find(({ steady }) => steady?.app === app);
  if (run?.load === undefined || run.steady === undefined) return undefined;
  return { run, load: run.load, steady: run.steady };
}
