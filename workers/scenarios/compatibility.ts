import type { Phase } from '../../shared/domain/bundle.ts';
import type { CellObservation } from '../../shared/domain/observation.ts';
import { observed, unobserved } from '../../shared/domain/observed.ts';
import type { CompatibilityRun } from '../../shared/domain/run.ts';
import { stateFingerprint } from '../../shared/plan/state-fingerprint.ts';
import { askAll, cellOf, observeFreshCell, type Reading } from '../apps/observe-cell.ts';
import { observeWorkers, wordsSoFar } from '../apps/observe-workers.ts';
import { type RunningApp, startApp } from '../apps/start-app.ts';
import { type Background, startWorkers } from '../apps/start-workers.ts';
import type { LiveRun } from '../live-run.ts';
import { performPhases } from '../migration/perform-phases.ts';
import { readState } from '../migration/read-state.ts';
import { nothingElse, type ScenarioFindings } from './scenario.ts';
import { readShapes, watchShapes } from './shapes.ts';

/** Nobody compares the rows of these runs. */
const uncounted = { rows: 'uncounted' } as const;
/** A batch job commits thousands of times; asked so often on the way, a version has cached what it caches. */
const readsBetween = 20;
/** A state that came no later than so many commits after its place will hardly come at all. */
const looksMax = 50;

/** Does this version work on this state, freshly started, or kept running since before it came to be? */
export async function compatibility(run: LiveRun<CompatibilityRun>): Promise<ScenarioFindings> {
  const { spec } = run;
  await using warm = warmApp(run);
  const cells: CellObservation[] = [];
  let commits = 0;
  const shapes = await watchShapes(run);
  const observe = async () => {
    const prepared = await shapes.onState();
    cells.push({ ...(await observeCell(run, warm.current)), ...prepared });
  };
  if (spec.state.kind === 'before') {
    await observe();
    return { ...nothingElse, attempts: [], end: await readState(run, uncounted), cells, failed: false };
  }
  const place = placeInside(run);
  const { attempts, stoppedAt } = await performPhases(run, phasesUpTo(run), {
    beforePhase: async (phase) => {
      if (spec.boot === 'running' && phase.name === spec.bootsBefore) await warm.start();
    },
    watch: (phase) => ({
      committed: async (change, command) => {
        if (cells.length > 0) return;
        commits += 1;
        if (await place.isHere(phase, change.ordinal)) {
          await observe();
          await command.kill();
        } else if (commits <= readsBetween && !leadsTo(spec, phase, change.ordinal)) {
          await warm.readOnly();
        }
      },
    }),
  });
  if (spec.state.kind === 'after' && stoppedAt === undefined) await observe();
  return {
    ...nothingElse,
    attempts,
    end: await readState(run, uncounted),
    cells,
    failed: stoppedAt !== undefined && cells.length === 0,
    weaknesses: cells.length > 0 ? [] : [{ part: 'cells', because: `the state was not reached: ${whyNot(stoppedAt)}` }],
  };
}

/** A version that was asked there already may have noticed and recovered: the first question belongs to the cell. */
const leadsTo = ({ state, ordinal }: CompatibilityRun, phase: Phase, committedBy: number): boolean =>
  state.kind === 'after' && state.phase === phase.name && ordinal !== undefined && committedBy >= ordinal;

/**
 * Where the state inside the phase is reached. What a running version writes may be one more batch for the migration,
 * and then everything comes later than on the control run: from its place there the database itself is asked.
 */
function placeInside(run: LiveRun<CompatibilityRun>) {
  const { state, ordinal, expectedState } = run.spec;
  let looks = 0;
  return {
    async isHere(phase: Phase, committedBy: number): Promise<boolean> {
      if (state.kind !== 'inside' || phase.name !== state.phase || ordinal === undefined) return false;
      if (expectedState === undefined) return committedBy === ordinal;
      if (committedBy < ordinal || looks === looksMax) return false;
      looks += 1;
      const now = await readState(run, uncounted);
      return now.seen ? stateFingerprint(now.value) === expectedState : committedBy === ordinal;
    },
  };
}

function phasesUpTo(run: LiveRun<CompatibilityRun>): readonly Phase[] {
  const { phases } = run.plan.bundle.manifest;
  const { state } = run.spec;
  if (state.kind === 'before' || state.kind === 'after-rollback') return phases;
  return phases.slice(0, phases.findIndex((phase) => phase.name === state.phase) + 1);
}

const whyNot = (stoppedAt: Phase | undefined): string =>
  stoppedAt === undefined ? 'the statement that commits it never arrived' : `${stoppedAt.name} did not exit 0`;

async function observeCell(run: LiveRun<CompatibilityRun>, warm: WarmApp | undefined): Promise<CellObservation> {
  const { app, boot, state: point } = run.spec;
  const state = await readState(run, uncounted);
  const stateFingerprintSeen = state.seen ? observed(stateFingerprint(state.value)) : state;
  const place = { app, boot, point, stateFingerprint: stateFingerprintSeen };
  if (warm === undefined) return await observeFreshCell(run, run.clone, place, run.spec.asksTwice, await corpus(run));
  if (!warm.app.ready) {
    const why = `${app} started on the untouched clone and twice not where it was to be kept running`;
    const cell = cellOf(run, warm.app, place, [], warm.accessLog, warm.warmedAt);
    return app === 'previous' ? { ...cell, started: unobserved(why) } : cell;
  }
  const since = wordsSoFar(warm.background);
  const probes = await askAll(run, run.clone, warm.app, warm.accessLog, () => true);
  const workers = await observeWorkers(run, warm.background, since);
  const cell = cellOf(run, warm.app, place, probes, warm.accessLog, warm.warmedAt);
  return workers.length === 0 ? cell : { ...cell, workers };
}

/** On the untouched clone it is learnt which queries production runs. */
const corpus = (run: LiveRun<CompatibilityRun>): Promise<Reading | undefined> =>
  run.spec.app === 'previous' && run.spec.state.kind === 'before' ? readShapes(run) : Promise.resolve(undefined);

interface WarmApp {
  readonly app: RunningApp;
  readonly background: Background;
  readonly accessLog: string[];
  /** Ordinal of the last statement of its warming: errors before that are its baseline. */
  readonly warmedAt: number;
}

/** The migration has not begun: what does not start here at first was in the way of something else. */
async function startOnceMore(run: LiveRun<CompatibilityRun>): Promise<RunningApp> {
  const first = await startApp(run, run.clone, run.spec.app);
  if (first.ready) return first;
  await first[Symbol.asyncDispose]();
  return await startApp(run, run.clone, run.spec.app);
}

/** A version that is started and warmed before a phase and kept running through the migration. */
function warmApp(run: LiveRun<CompatibilityRun>) {
  let current: WarmApp | undefined;
  const started = new AsyncDisposableStack();
  return {
    get current() {
      return current;
    },
    async start() {
      const app = started.use(await startOnceMore(run));
      const accessLog: string[] = [];
      if (app.ready) await askAll(run, run.clone, app, accessLog, (probe) => !run.spec.askOnce.includes(probe.name));
      const warmedAt = app.tap.statements().at(-1)?.ordinal ?? 0;
      const background = started.use(await startWorkers(run, run.spec.app));
      await observeWorkers(run, background);
      current = { app, background, accessLog, warmedAt };
    },
    /** Keeps it busy on the way, as production would: what it caches there it has at the state too. */
    async readOnly() {
      if (current === undefined || !current.app.ready) return;
      await askAll(run, run.clone, current.app, current.accessLog, (probe) => !probe.writes);
    },
    async [Symbol.asyncDispose]() {
      await started.disposeAsync();
    },
  };
}
