import type { AppName } from '../domain/bundle.ts';
import { parseRunId } from '../domain/ids.ts';
import type { CellObservation, RunResult } from '../domain/observation.ts';
import type { Plan } from '../domain/plan.ts';
import { type CompatibilityRun, type MixedRun, type RunSpec, type StatePoint, stateName } from '../domain/run.ts';
import { gates, momentsOf } from './gating.ts';
import { runLimits } from './limits.ts';
import { spread } from './plan-interruption.ts';
import { mixedRuns } from './plan-mixed.ts';
import type { ShapesToPrepare } from './plan-shapes.ts';
import { stateInId } from './run-id-parts.ts';
import { stateFingerprint } from './state-fingerprint.ts';

type NotTested = { what: string; because: string };

interface Place {
  readonly point: StatePoint;
  /** States inside phases that are this one, under its name: where they gate, it does. */
  readonly also: StatePoint[];
  readonly ordinal?: number;
  readonly expectedState?: string;
}

/** Previous on the untouched clone: what every other cell is compared with. */
export function baselineRuns(plan: Plan): readonly CompatibilityRun[] {
  if (plan.bundle.manifest.apps === 'none') return [];
  return [cell(plan, 'previous', 'fresh', { point: { kind: 'before' }, also: [] }, { asksTwice: true, askOnce: [] })];
}

/**
 * {previous, next} × {fresh, running} × {committed states}. Running cells wait for the version's baseline, which says
 * what may be asked only once; states inside a phase get only the cells that gate. Where the quiet run failed, the
 * states of the phases before are asked about as far as they gate: versions live there until the failure.
 */
export function compatibilityRuns(
  plan: Plan,
  control: RunResult,
  results: readonly RunResult[],
  notTested: NotTested[],
  shapes: ShapesToPrepare,
): { readonly runs: readonly (CompatibilityRun | MixedRun)[]; readonly complete: boolean } {
  const { manifest } = plan.bundle;
  if (manifest.apps === 'none') return { runs: [], complete: true };
  const ended = control.outcome === 'completed';
  const places = distinctPlaces(plan, control, notTested);
  // Where the quiet run failed, nobody has to live beyond the phases that had ended well before.
  const last = ended ? places.at(-1) : places.findLast((place) => gatesThere(plan, 'next', place));
  if (!ended && last === undefined && places.length === 1) return { runs: [], complete: true };
  const runs: CompatibilityRun[] = [];
  let complete = true;
  for (const app of last === undefined ? (['previous'] as const) : (['previous', 'next'] as const)) {
    const baseline = baselineOf(app, results, last);
    if (baseline === undefined && !wasAsked(app, results)) complete = false;
    for (const place of places) {
      const isFirst = app === 'previous' ? place.point.kind === 'before' : place === last;
      const shown =
        gatesThere(plan, app, place) || (ended && place.point.kind !== 'inside' && place.point.kind !== 'before');
      const asks = { asksTwice: false, askOnce: [], ...(app === 'previous' ? shapes : {}) };
      // Its baseline tells which queries it has to prepare there.
      const isDue = app === 'next' || baseline !== undefined || wasAsked(app, results);
      if (!isFirst && shown && isDue) runs.push(cell(plan, app, 'fresh', place, asks));
      if (isFirst && app === 'next') runs.push(cell(plan, app, 'fresh', place, { asksTwice: true, askOnce: [] }));
      if (baseline !== undefined && canBeRunning(plan, app, place.point) && gatesThere(plan, app, place)) {
        runs.push(cell(plan, app, 'running', place, { asksTwice: false, askOnce: onlyOnce(baseline) }));
      }
    }
  }
  const both = places.filter((place) => gatesThere(plan, 'previous', place) && gatesThere(plan, 'next', place));
  if (!ended) return { runs, complete };
  return { runs: [...runs, ...mixedRuns(plan, both, previousAsksOnce(results), notTested)], complete };
}

const gatesThere = (plan: Plan, app: AppName, { point, also }: Place): boolean =>
  [point, ...also].some((one) => gates(plan.bundle.manifest, app, one));

function cell(
  plan: Plan,
  app: AppName,
  boot: 'running' | 'fresh',
  place: Place,
  asks: Pick<CompatibilityRun, 'asksTwice' | 'askOnce' | 'shapes'>,
): CompatibilityRun {
  return {
    id: parseRunId(`compatibility-${app}-${boot}-${stateInId(place.point)}`),
    scenario: 'compatibility',
    seed: plan.seed,
    alone: false,
    expectedEnds: {},
    app,
    boot,
    state: place.point,
    ...(place.ordinal === undefined ? {} : { ordinal: place.ordinal }),
    ...(place.expectedState === undefined ? {} : { expectedState: place.expectedState }),
    ...(boot === 'running' ? { bootsBefore: firstPhaseOf(plan, app) } : {}),
    gates: gatesThere(plan, app, place),
    ...asks,
  };
}

/**
 * A running version was started before this phase: previous and code-first versions before all, next at the rollout.
 */
function firstPhaseOf(plan: Plan, app: AppName): string {
  const { phases, overlap } = plan.bundle.manifest;
  const early = app === 'previous' || overlap === 'code-first';
  const phase = early ? phases[0] : phases.find((candidate) => candidate.when === 'after-rollout');
  return phase?.name ?? '';
}

/**
 * States with equal schema and ledger are one, under the first name; the end of a phase is kept where other versions
 * must live there than at the first (its rows may differ), and at the very end. Of many inside a phase some are chosen.
 */
function distinctPlaces(plan: Plan, control: RunResult, notTested: NotTested[]): readonly Place[] {
  const gatingOf = (point: StatePoint): string =>
    (['previous', 'next'] as const).map((app) => gates(plan.bundle.manifest, app, point)).join();
  const seen = new Map<string, Set<string>>();
  const first = new Map<string, Place>();
  const places: Place[] = [];
  const keep = (place: Place, fingerprint: string | undefined) => {
    places.push(place);
    if (fingerprint === undefined) return;
    if (!first.has(fingerprint)) first.set(fingerprint, place);
    seen.set(fingerprint, (seen.get(fingerprint) ?? new Set()).add(gatingOf(place.point)));
  };
  keep(
    { point: { kind: 'before' }, also: [] },
    control.before.seen ? stateFingerprint(control.before.value) : undefined,
  );
  for (const { point, state } of control.states) {
    if (!state.seen || !hasEnded(control, point)) continue;
    const fingerprint = stateFingerprint(state.value);
    const known = seen.get(fingerprint);
    if (point.kind === 'inside' && known !== undefined) {
      first.get(fingerprint)?.also.push(point);
      continue;
    }
    const isEnd = point.kind === 'after' && state === control.states.at(-1)?.state;
    if (known?.has(gatingOf(point)) && !isEnd) continue;
    const ordinal = ordinalOf(control, point);
    const place = { point, also: [], expectedState: fingerprint };
    keep(ordinal === undefined ? place : { ...place, ordinal }, fingerprint);
  }
  notTested.push(...unreadStates(control));
  const inside = places.filter((place) => place.point.kind === 'inside');
  const chosen = new Set(spread(inside, runLimits.statesInsidePhase));
  if (chosen.size < inside.length) {
    notTested.push({
      what: `both versions on ${inside.length - chosen.size} of ${inside.length} states inside phases`,
      because: `more than ${runLimits.statesInsidePhase}; they are sampled evenly`,
    });
  }
  return places.filter((place) => place.point.kind !== 'inside' || chosen.has(place));
}

/** What a phase committed beyond the limit was not looked at, so nobody knows how many states it is. */
function unreadStates({ attempts }: RunResult): readonly NotTested[] {
  const read = runLimits.statesReadInsidePhase;
  return attempts.flatMap(({ phase, statements }) => {
    const committed = statements.findLast((statement) => statement.committed !== undefined)?.committed ?? 0;
    const what = `both versions between change ${read} and change ${committed} of ${phase}`;
    // The last is the end of the phase, which is looked at in any case.
    return committed - 1 > read
      ? [{ what, because: `more than ${read} committed changes; the first are looked at` }]
      : [];
  });
}

/** The phase of this state exited 0: what comes after a failure is the failure's. */
function hasEnded(control: RunResult, point: StatePoint): boolean {
  if (point.kind !== 'inside' && point.kind !== 'after') return true;
  return control.attempts.some(
    ({ phase, exitCode, killedByUs }) => phase === point.phase && exitCode === 0 && !killedByUs,
  );
}

/** The statement that led to the state, as the control run saw it. */
function ordinalOf(control: RunResult, point: StatePoint): number | undefined {
  if (point.kind !== 'inside' && point.kind !== 'after') return undefined;
  const statements = control.attempts.find((attempt) => attempt.phase === point.phase)?.statements ?? [];
  return statements.findLast(({ committed }) =>
    point.kind === 'inside' ? committed === point.committed : committed !== undefined,
  )?.ordinal;
}

/** Previous has been running since before; next only from the rollout on, or from the start under `code-first`. */
function canBeRunning(plan: Plan, app: AppName, point: StatePoint): boolean {
  if (point.kind === 'before' || point.kind === 'after-rollback') return false;
  if (app === 'previous') return true;
  if (plan.bundle.manifest.overlap === 'code-first') return true;
  const moments = momentsOf(plan.bundle.manifest, point);
  return moments.includes('inside-after-rollout') || moments.includes('after-after-rollout');
}

/** A baseline that brought no cell will not bring one any more: nothing else waits for it. */
const wasAsked = (app: AppName, results: readonly RunResult[]): boolean =>
  results.some(({ spec }) => isBaseline(spec) && spec.app === app);

/** Where a version is asked twice, to learn what may be asked only once. */
const isBaseline = (spec: RunSpec): spec is CompatibilityRun =>
  spec.scenario === 'compatibility' && spec.app !== 'both' && spec.asksTwice;

function baselineOf(app: AppName, results: readonly RunResult[], last: Place | undefined): CellObservation | undefined {
  const wanted = app === 'previous' ? 'before' : last === undefined ? undefined : stateName(last.point);
  return results
    .filter(({ spec }) => isBaseline(spec))
    .flatMap((result) => result.cells)
    .find((candidate) => candidate.app === app && candidate.boot === 'fresh' && stateName(candidate.point) === wanted);
}

/** Probes that previous may be asked only once; undefined: it was not asked yet. */
export const previousAsksOnce = (results: readonly RunResult[]): readonly string[] | undefined =>
  asksOnce('previous', results);

/** Probes that this version may be asked only once; undefined: it was not asked yet. */
export function asksOnce(app: AppName, results: readonly RunResult[]): readonly string[] | undefined {
  if (!wasAsked(app, results)) return undefined;
  const cells = results.flatMap(({ spec, cells: seen }) => (isBaseline(spec) && spec.app === app ? seen : []));
  const baseline = cells.find(({ boot }) => boot === 'fresh');
  return baseline === undefined ? [] : onlyOnce(baseline);
}

/** Probes that passed when first asked and failed the second time. */
function onlyOnce(baseline: CellObservation): readonly string[] {
  const again = new Map((baseline.again ?? []).map((probe) => [probe.name, probe.outcome]));
  return baseline.probes
    .filter((probe) => probe.outcome === 'pass' && again.get(probe.name) === 'fail')
    .map((probe) => probe.name);
}
