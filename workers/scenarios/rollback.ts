import type { Phase } from '../../shared/domain/bundle.ts';
import type { CellObservation } from '../../shared/domain/observation.ts';
import { type Observed, observed } from '../../shared/domain/observed.ts';
import type { RollbackRun } from '../../shared/domain/run.ts';
import type { DatabaseState } from '../../shared/domain/schema.ts';
import { stateFingerprint } from '../../shared/plan/state-fingerprint.ts';
import { observeFreshCell } from '../apps/observe-cell.ts';
import type { LiveRun } from '../live-run.ts';
import { askInvariants, readInvariants } from '../migration/invariants.ts';
import { performPhases } from '../migration/perform-phases.ts';
import { readState } from '../migration/read-state.ts';
import { nothingElse, type ScenarioFindings } from './scenario.ts';

const point = { kind: 'after-rollback' } as const;

/** Does the declared rollback work from the end of this phase, and does previous live on what it leads back to? */
export async function rollback(run: LiveRun<RollbackRun>): Promise<ScenarioFindings> {
  const { phases } = run.plan.bundle.manifest;
  const first = await readInvariants(run);
  const there = await performPhases(run, phases.slice(0, phases.findIndex(({ name }) => name === run.spec.after) + 1));
  if (there.stoppedAt !== undefined) {
    const because = `${there.stoppedAt.name} did not exit 0, so there was nothing to roll back`;
    const end = await readState(run);
    return {
      ...nothingElse,
      attempts: there.attempts,
      end,
      failed: true,
      weaknesses: [{ part: 'migration', because }],
    };
  }
  const strayed = await isElsewhere(run);
  const back = await performPhases(run, [declared(run)]);
  const end = await readState(run);
  const worked = back.stoppedAt === undefined;
  return {
    ...nothingElse,
    attempts: [...there.attempts, ...back.attempts],
    states: worked ? [{ point, state: end }] : [],
    end,
    invariants: worked ? await askInvariants(run, point, first) : [],
    cells: worked ? await askPrevious(run, end) : [],
    failed: !worked,
    weaknesses: strayed
      ? [{ part: 'migration', because: `it began from another state than the control run’s after ${run.spec.after}` }]
      : [],
  };
}

/** A way back from somewhere else proves nothing about the one that will be needed. */
async function isElsewhere(run: LiveRun<RollbackRun>): Promise<boolean> {
  const expected = run.spec.expectedEnds[run.spec.after];
  const state = await readState(run, { rows: 'uncounted' });
  return !state.seen || (expected !== undefined && stateFingerprint(state.value) !== expected);
}

function declared(run: LiveRun<RollbackRun>): Phase {
  const { rollback } = run.plan.bundle.manifest;
  if (rollback === undefined) throw new Error('the run sheet plans a rollback that nobody declared');
  return rollback;
}

/** The rollback of the whole deployment is the state `after rollback`; those from earlier phases bear their run's name. */
async function askPrevious(
  run: LiveRun<RollbackRun>,
  end: Observed<DatabaseState>,
): Promise<readonly CellObservation[]> {
  const { apps, phases } = run.plan.bundle.manifest;
  if (apps === 'none') return [];
  const fingerprint = end.seen ? observed(stateFingerprint(end.value)) : end;
  const isWhole = phases.at(-1)?.name === run.spec.after;
  const place = { app: 'previous', boot: 'fresh', point, stateFingerprint: fingerprint } as const;
  return [await observeFreshCell(run, run.clone, isWhole ? place : { ...place, inRun: run.spec.id }, false)];
}
