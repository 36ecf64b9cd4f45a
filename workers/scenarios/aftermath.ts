import type { AppName, Phase } from '../../shared/domain/bundle.ts';
import type { Aftermath, CellObservation, MigrationAttempt } from '../../shared/domain/observation.ts';
import { type Observed, observed, unobserved } from '../../shared/domain/observed.ts';
import type { RunSpec, StatePoint } from '../../shared/domain/run.ts';
import type { DatabaseState } from '../../shared/domain/schema.ts';
import { stateFingerprint } from '../../shared/plan/state-fingerprint.ts';
import { observeFreshCell } from '../apps/observe-cell.ts';
import type { LiveRun } from '../live-run.ts';
import { performPhases } from '../migration/perform-phases.ts';
import { readState } from '../migration/read-state.ts';
import { tryRepairs } from './repair.ts';

export interface AftermathPlace {
  /** The state that the run claims to have reached. */
  readonly point: StatePoint;
  /**
   * The phase whose command is simply run again, as the team would. A run that claims success and ended elsewhere is
   * run again from the first phase: what a re-run of the deployment would do.
   */
  readonly from: Phase;
  readonly attempts: readonly MigrationAttempt[];
  readonly end: Observed<DatabaseState>;
  /** The quiet run passed the same state: it is asked about there, and here it is enough that one version starts. */
  readonly isAsExpected?: boolean;
  /** … and another run that ends here asks the versions: nobody has to do it again. */
  readonly askedIn?: string;
}

/** Who starts on what was left, each on a fork of its own, and does running the unmodified command again converge? */
export async function lookAtAftermath(run: LiveRun, place: AftermathPlace): Promise<Aftermath> {
  const cells: CellObservation[] = [];
  const isAsked = place.isAsExpected === true && place.askedIn !== undefined;
  if (run.plan.bundle.manifest.apps !== 'none' && !isAsked) {
    for (const app of ['previous', 'next'] as const) {
      if (place.isAsExpected === true && cells.some(({ started }) => started.seen && started.value)) break;
      cells.push(await onFork(run, app, place));
    }
  }
  const nobody = isAsked ? `the versions were asked in ${place.askedIn}` : 'the bundle has no applications';
  const why = cells.length === 0 ? nobody : 'previous starts on this state of the quiet run';
  const startsOf = (app: AppName): Observed<boolean> =>
    cells.find((cell) => cell.app === app)?.started ?? unobserved(why);
  const retried = await retry(run, place);
  return {
    previousStarts: startsOf('previous'),
    nextStarts: startsOf('next'),
    cells,
    retry: retried,
    ...(await tryRepairs(run, place, retried)),
  };
}

async function onFork(run: LiveRun, app: AppName, place: AftermathPlace): Promise<CellObservation> {
  await using fork = await run.clone.fork();
  const fingerprint = place.end.seen ? observed(stateFingerprint(place.end.value)) : place.end;
  return await observeFreshCell(
    run,
    fork,
    { app, boot: 'fresh', point: place.point, inRun: run.spec.id, stateFingerprint: fingerprint },
    false,
  );
}

async function retry(run: LiveRun, place: AftermathPlace) {
  const phases = run.plan.bundle.manifest.phases;
  const rest = phases.slice(phases.indexOf(place.from));
  const made = (phase: Phase) => place.attempts.filter((attempt) => attempt.phase === phase.name).length;
  const { attempts } = await performPhases(run, rest, { attemptOf: (phase) => made(phase) + 1 });
  return { attempts, end: await endOfRetry(run, rest.at(-1)?.name) };
}

/** On a large snapshot counting takes longer than all the rest: only where somebody may ask what was lost. */
async function endOfRetry(run: LiveRun, phase = ''): Promise<Observed<DatabaseState>> {
  if (rowsAreAsked(run.spec)) return await readState(run);
  const end = await readState(run, { rows: 'uncounted' });
  const converged = end.seen && stateFingerprint(end.value) === run.spec.expectedEnds[phase];
  return converged ? end : await readState(run);
}

/** A server that recovers has emptied its UNLOGGED tables, and what makes rows may make them twice. */
export const rowsAreAsked = (spec: RunSpec): boolean =>
  spec.scenario === 'interruption' &&
  (spec.countsRows === true || spec.cut === 'kill-server' || spec.cut === 'out-of-memory');
