import type { AppName } from '../../shared/domain/bundle.ts';
import type { MixedObservation, MixedTurn } from '../../shared/domain/mixed.ts';
import type { MigrationAttempt } from '../../shared/domain/observation.ts';
import { type Observed, observed, unobserved } from '../../shared/domain/observed.ts';
import type { MixedRun } from '../../shared/domain/run.ts';
import { suspectsIn } from '../../shared/plan/mixed-suspects.ts';
import { stateFingerprint } from '../../shared/plan/state-fingerprint.ts';
import { askAll, writesOf } from '../apps/observe-cell.ts';
import { sqlErrorsOf } from '../apps/sql-errors.ts';
import { type RunningApp, startApp } from '../apps/start-app.ts';
import type { LiveRun } from '../live-run.ts';
import { performPhases } from '../migration/perform-phases.ts';
import { readState } from '../migration/read-state.ts';
import { nothingElse, type ScenarioFindings } from './scenario.ts';
import { openValueCensus, type ValueCensus } from './value-census.ts';

const uncounted = { rows: 'uncounted' } as const;

/** Can each version live with what the other writes, both at once on one database? */
export async function mixed(run: LiveRun<MixedRun>): Promise<ScenarioFindings> {
  const census = run.spec.census ? await openValueCensus(run) : undefined;
  const { reached, attempts, ...seen } = await askInTurns(run, ['previous', 'next', 'previous', 'next'], census);
  const end = await readState(run, uncounted);
  if (reached) await goToTheEnd(run, census);
  const isSuspect = suspectsIn(seen.turns, run.spec.askOnce).length > 0;
  const alone = isSuspect ? await askEachAlone(run) : undefined;
  return {
    ...nothingElse,
    attempts,
    end,
    mixed: {
      point: run.spec.state,
      ...seen,
      ...(alone === undefined ? {} : { alone }),
      ...(census === undefined ? {} : { census: census.told() }),
    },
    failed: !reached,
    weaknesses: reached ? [] : [{ part: 'cells', because: 'the state was not reached: a phase did not exit 0' }],
  };
}

/** What previous wrote while both lived is also there when the last phase ends. */
async function goToTheEnd(run: LiveRun<MixedRun>, census: ValueCensus | undefined): Promise<void> {
  const rest = run.plan.bundle.manifest.phases.slice(phasesUpTo(run).length);
  if (census === undefined || rest.length === 0) return;
  const { stoppedAt } = await performPhases(run, rest);
  if (stoppedAt === undefined) await census.atEnd();
}

/** The same questions as often, with nobody else there: what fails then too is not the other version's doing. */
async function askEachAlone(run: LiveRun<MixedRun>): Promise<Observed<readonly MixedTurn[]>> {
  const turns: MixedTurn[] = [];
  for (const app of ['previous', 'next'] as const) {
    await using clone = await run.fresh();
    await using own = await run.on(clone);
    const seen = await askInTurns(own, [app, app]);
    if (!seen.reached) return unobserved('the same state was not reached again to ask each version alone');
    turns.push(...seen.turns);
  }
  return observed(turns);
}

interface Asked extends Pick<MixedObservation, 'turns' | 'notStarted' | 'stateFingerprint'> {
  readonly attempts: readonly MigrationAttempt[];
  /** All phases up to the state exited 0. */
  readonly reached: boolean;
}

/** Previous runs since before the first phase, as it does in production; next is started where the phases have led. */
async function askInTurns(run: LiveRun<MixedRun>, order: readonly AppName[], census?: ValueCensus): Promise<Asked> {
  await using started = new AsyncDisposableStack();
  const apps = new Map<AppName, RunningApp>();
  if (order.includes('previous')) {
    const previous = started.use(await startApp(run, run.clone, 'previous'));
    if (previous.ready) await askAll(run, run.clone, previous, [], ({ name }) => !run.spec.askOnce.includes(name));
    apps.set('previous', previous);
    await census?.after('previous');
  }
  const phases = phasesUpTo(run);
  const { attempts, stoppedAt } = await performPhases(run, phases);
  const state = await readState(run, uncounted);
  const fingerprint = state.seen ? observed(stateFingerprint(state.value)) : state;
  const reached = stoppedAt === undefined;
  const isLast = phases.length === run.plan.bundle.manifest.phases.length;
  await (isLast ? census?.atEnd() : census?.mark());
  if (reached && order.includes('next')) apps.set('next', started.use(await startApp(run, run.clone, 'next')));
  const notStarted = [...apps.values()].filter(({ ready }) => !ready).map(({ name }) => name);
  const turns: MixedTurn[] = [];
  for (const name of reached && notStarted.length === 0 ? order : []) {
    const app = apps.get(name);
    if (app === undefined) continue;
    turns.push(await takeTurn(run, app));
    await census?.after(name);
  }
  return { turns, notStarted, stateFingerprint: fingerprint, attempts, reached };
}

async function takeTurn(run: LiveRun, app: RunningApp): Promise<MixedTurn> {
  const since = app.tap.statements().at(-1)?.ordinal ?? 0;
  const probes = await askAll(run, run.clone, app, [], () => true);
  const statements = app.tap.statements().filter(({ ordinal }) => ordinal > since);
  return {
    app: app.name,
    probes,
    sqlErrors: sqlErrorsOf(run, statements),
    writes: writesOf(statements),
    statements: statements.length,
  };
}

function phasesUpTo(run: LiveRun<MixedRun>) {
  const { phases } = run.plan.bundle.manifest;
  const { state } = run.spec;
  if (state.kind !== 'after') return [];
  return phases.slice(0, phases.findIndex(({ name }) => name === state.phase) + 1);
}
