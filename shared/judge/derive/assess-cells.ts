import type { AppName, Manifest } from '../../domain/bundle.ts';
import type { CellObservation, RunResult, SqlErrorObservation, WorkerObservation } from '../../domain/observation.ts';
import { type StatePoint, stateName } from '../../domain/run.ts';
import type { JudgedCell } from '../../domain/verdict.ts';
import { gates } from '../../plan/gating.ts';
import { stateFingerprint } from '../../plan/state-fingerprint.ts';
import type { Readings } from '../collect-evidence.ts';
import type { JudgeContext } from '../context.ts';
import { claimOf } from './attempts.ts';
import { type Baselines, baselinesOf } from './baselines.ts';
import { sameState } from './same-state.ts';

/** A cell with what it means: whether it gates, and what its answers prove. */
export interface AssessedCell {
  readonly cell: JudgedCell;
  readonly point: StatePoint;
  readonly run: RunResult;
  readonly observation: CellObservation;
  /** Errors of this version that its baseline did not get. */
  readonly newErrors: readonly SqlErrorObservation[];
  /** Background processes that did not stay alive, and did in the baseline. */
  readonly dead: readonly WorkerObservation[];
}

export type CellReadings = Pick<
  Readings,
  'control' | 'compatibility' | 'underLoad' | 'contention' | 'secondStart' | 'interruption' | 'rollback'
>;

/** Every version on every state: those of the quiet run, and those that other runs left behind. */
export function assessCells(readings: CellReadings, context: JudgeContext): readonly AssessedCell[] {
  const { control, compatibility, underLoad, contention, secondStart, interruption, rollback } = readings;
  const baselines = baselinesOf(compatibility.runs, context);
  const own = compatibility.runs.flatMap((run) =>
    run.cells.map((cell) => {
      const assessed = assess(cell, run, gatesAt(cell.app, cell.point, context), baselines, context.manifest);
      return isOnItsState(cell, context) ? assessed : elsewhere(assessed);
    }),
  );
  const left = [control, underLoad, contention, secondStart, interruption].flatMap(({ runs }) =>
    runs.flatMap((run) => {
      // After a command that failed or was killed, half-done-after-crash judges the state.
      const claims = claimOf(run.attempts) === 'success';
      return (run.aftermath?.cells ?? []).map((cell) =>
        assess(
          { ...cell, inRun: cell.inRun ?? run.spec.id },
          run,
          claims && gatesAt(cell.app, cell.point, context),
          baselines,
          context.manifest,
        ),
      );
    }),
  );
  const back = rollback.runs.flatMap((run) =>
    run.cells.map((cell) => assess(cell, run, gatesAt(cell.app, cell.point, context), baselines, context.manifest)),
  );
  return [...worstOfEach(own), ...left, ...back];
}

/** A state is reached by running up to it again; a command that goes another way proves nothing of the meant one. */
export function isOnItsState({ point, stateFingerprint: seen }: CellObservation, { expected }: JudgeContext): boolean {
  const meant = expected?.path.find((place) => stateName(place.point) === stateName(point));
  return meant === undefined || (seen.seen && seen.value === stateFingerprint(meant.state));
}

const elsewhere = (assessed: AssessedCell): AssessedCell => ({
  ...assessed,
  newErrors: [],
  dead: [],
  cell: { ...assessed.cell, outcome: 'not-run', because: 'another state was reached than in the control run' },
});

/** A state that equals an earlier one has only the first name; it gates wherever one of its names does. */
export function gatesAt(app: AppName, point: StatePoint, { manifest, expected }: JudgeContext): boolean {
  return namesOf(point, expected?.path ?? []).some(
    (name) => gates(manifest, app, name) && (name.kind !== 'after-rollback' || manifest.rollback !== undefined),
  );
}

function namesOf(
  point: StatePoint,
  path: readonly { readonly point: StatePoint; readonly state: Parameters<typeof sameState>[0] }[],
): readonly StatePoint[] {
  const place = path.find((candidate) => stateName(candidate.point) === stateName(point));
  if (place === undefined) return [point];
  return path.filter((other) => sameState(other.state, place.state)).map((other) => other.point);
}

function assess(
  observation: CellObservation,
  run: RunResult,
  gating: boolean,
  baselines: Baselines,
  manifest: Manifest,
): AssessedCell {
  const { app, boot, point, inRun } = observation;
  const probes = observation.probes.map((probe) => {
    const unproven = baselines.unproven(probe.name, manifest);
    return unproven === undefined ? probe : { ...probe, outcome: 'not-run' as const, detail: unproven };
  });
  const workers = observation.workers ?? [];
  const all = [observation, ...workers].flatMap(({ sqlErrors }) => sqlErrors);
  const newErrors = all.filter((error) => !baselines.knows(app, error));
  const dead = workers.filter(
    ({ name, endedByItself }) => endedByItself !== undefined && !baselines.endsAnyway(app, name),
  );
  const { outcome, because } = outcomeOf(observation, probes, dead);
  return {
    point,
    run,
    observation,
    newErrors,
    dead,
    cell: {
      app,
      boot,
      state: stateName(point, inRun),
      gates: gating,
      outcome,
      probes,
      sqlErrors: outcome === 'fail' ? all : newErrors,
      ...(because === undefined ? {} : { because }),
    },
  };
}

/** No evidence is never a pass: no working probe, or an application that never spoke to the database, is `not-run`. */
function outcomeOf(
  { started, statements, endedByItself }: CellObservation,
  probes: JudgedCell['probes'],
  dead: readonly WorkerObservation[],
): { readonly outcome: JudgedCell['outcome']; readonly because?: string } {
  if (!started.seen) return { outcome: 'not-run', because: started.why };
  if (!started.value) return { outcome: 'fail', because: 'it does not start' };
  const failed = probes.filter((probe) => probe.outcome === 'fail');
  if (failed.length > 0)
    return { outcome: 'fail', because: failed.map(({ name, detail }) => `${name}: ${detail}`).join('; ') };
  if (endedByItself !== undefined)
    return { outcome: 'fail', because: `it ended by itself with exit code ${endedByItself}` };
  if (dead.length > 0) return { outcome: 'fail', because: dead.map(deathOf).join('; ') };
  if (!probes.some((probe) => probe.outcome === 'pass'))
    return { outcome: 'not-run', because: 'no probe of it proves anything' };
  if (statements === 0) return { outcome: 'not-run', because: 'it answered without asking the database anything' };
  return { outcome: 'pass' };
}

const deathOf = ({ name, endedByItself }: WorkerObservation): string =>
  `background process “${name}” ended by itself with exit code ${endedByItself}`;

/** One cell for each version, boot and state: a run that asks on its way must not hide what another saw. */
function worstOfEach(cells: readonly AssessedCell[]): readonly AssessedCell[] {
  const severity = { fail: 2, pass: 1, 'not-run': 0 } as const;
  return Map.groupBy(cells, ({ cell }) => `${cell.app} ${cell.boot} ${cell.state}`)
    .values()
    .flatMap((same) =>
      same.toSorted((left, right) => severity[right.cell.outcome] - severity[left.cell.outcome]).slice(0, 1),
    )
    .toArray();
}
