import type { AppName, Manifest, Probe } from '../../domain/bundle.ts';
import type { CellObservation, RunResult, SqlErrorObservation } from '../../domain/observation.ts';
import { stateName } from '../../domain/run.ts';
import type { JudgeContext } from '../context.ts';
import { sameState } from './same-state.ts';

/** What each version did where nothing can be the migration's fault: previous before it, next at its quiet end. */
export interface Baselines {
  /** Why this probe's answers prove nothing, or undefined where they do. */
  unproven(probe: string, manifest: Manifest): string | undefined;
  /** Previous' background process of this name did not stay alive on the untouched clone either. */
  endsAnyway(app: AppName, worker: string): boolean;
  /** The same version got the same SQLSTATE and shape in its baseline. */
  knows(app: AppName, error: SqlErrorObservation): boolean;
}

export function baselinesOf(runs: readonly RunResult[], context: JudgeContext): Baselines {
  const cells = runs.flatMap((run) => run.cells).filter((cell) => cell.inRun === undefined && cell.boot === 'fresh');
  const ends = endNames(context);
  const previous = cells.find((cell) => cell.app === 'previous' && cell.point.kind === 'before');
  const next = cells.find((cell) => cell.app === 'next' && ends.has(stateName(cell.point)));
  const of = { previous, next };
  return {
    unproven(name, manifest) {
      const probe = manifest.probes.find((candidate) => candidate.name === name);
      const asker = probe !== undefined && isForNextOnly(probe) ? 'next' : 'previous';
      return whyUnproven(of[asker], asker, name);
    },
    endsAnyway: (app, worker) => app === 'previous' && restless(previous).includes(worker),
    knows(app, error) {
      const cell = of[app];
      const known = cell === undefined ? [] : [cell, ...(cell.workers ?? [])].flatMap(({ sqlErrors }) => sqlErrors);
      return known.some(({ sqlstate, sql }) => sqlstate === error.sqlstate && sql === error.sql);
    },
  };
}

const restless = (cell: CellObservation | undefined): readonly string[] =>
  (cell?.workers ?? []).flatMap(({ name, endedByItself }) => (endedByItself === undefined ? [] : [name]));

/** Background processes of previous that prove nothing about any state, each with the reason. */
export const unprovenWorkers = (runs: readonly RunResult[]): readonly string[] =>
  runs
    .flatMap((run) => run.cells)
    .filter(
      ({ app, boot, point, inRun }) => app === 'previous' && boot === 'fresh' && point.kind === 'before' && !inRun,
    )
    .flatMap(restless)
    .map((name) => `background process “${name}” of previous proves nothing: it ends by itself on the untouched clone`);

export const isForNextOnly = (probe: Probe): boolean => !probe.for.includes('previous');

/** Probes that prove nothing about any state, each with the reason. */
export function unprovenProbes(
  runs: readonly RunResult[],
  context: JudgeContext,
  which: (probe: Probe) => boolean,
): readonly string[] {
  const baselines = baselinesOf(runs, context);
  // Without a quiet end nobody could ask next anything: that is told as what it is.
  const asked = context.manifest.probes.filter(
    (probe) => which(probe) && (context.expected !== null || !isForNextOnly(probe)),
  );
  return asked.flatMap(({ name }) => {
    const why = baselines.unproven(name, context.manifest);
    return why === undefined ? [] : [`“${name}” proves nothing: ${why}`];
  });
}

function whyUnproven(baseline: CellObservation | undefined, asker: AppName, name: string): string | undefined {
  const where = asker === 'previous' ? 'on the untouched clone' : 'on the quiet run’s end';
  if (baseline === undefined) return `${asker} was never asked ${where}`;
  const answer = baseline.probes.find((probe) => probe.name === name);
  if (answer?.outcome === 'pass') return undefined;
  return answer?.outcome === 'fail'
    ? `it fails for ${asker} ${where} already: ${answer.detail}`
    : `${asker} was not asked this ${where}`;
}

/** Every name of the state in which the quiet run ended: equal states have the first one only. */
function endNames({ expected }: JudgeContext): ReadonlySet<string> {
  const path = expected?.path ?? [];
  const end = path.at(-1);
  if (end === undefined) return new Set();
  return new Set(path.filter((place) => sameState(place.state, end.state)).map((place) => stateName(place.point)));
}
