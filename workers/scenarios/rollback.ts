import type { Phase } from '../../shared/domain/bundle.ts';
import type { RollbackRun } from '../../shared/domain/run.ts';
import { stateFingerprint } from '../../shared/plan/state-fingerprint.ts';
import type { LiveRun } from '../live-run.ts';
import { askInvariants, readInvariants } from '../migration/invariants.ts';
import { performPhases } from '../migration/perform-phases.ts';
import { readState } from '../migration/read-state.ts';
import { watchValues } from './rollback-values.ts';
import { askPrevious, letNextWrite } from './rollback-versions.ts';
import { walkBack } from './rollback-walk.ts';
import { nothingElse, type ScenarioFindings } from './scenario.ts';
import { watchShapes } from './shapes.ts';

const point = { kind: 'after-rollback' } as const;

/** Does the declared rollback work from the end of this phase, and does previous live on what it leads back to? */
export async function rollback(run: LiveRun<RollbackRun>): Promise<ScenarioFindings> {
  const { phases } = run.plan.bundle.manifest;
  const first = await readInvariants(run);
  const before = await readState(run, { rows: 'uncounted' });
  const shapes = await watchShapes(run);
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
  const written = run.spec.stress?.kind === 'written' ? await letNextWrite(run, run.spec.stress) : undefined;
  const left = await readState(run);
  const values = await watchValues(run, before, left);
  const back = await walkBack(run, declared(run));
  const end = await readState(run);
  const worked = back.worked;
  return {
    ...nothingElse,
    attempts: [...there.attempts, ...back.attempts],
    states: [
      { point: { kind: 'after', phase: run.spec.after }, state: left },
      ...(worked ? [{ point, state: end }] : []),
    ],
    end,
    ...(worked ? { valuesLost: await values.lost() } : {}),
    invariants: worked && run.spec.stress === undefined ? await askInvariants(run, point, first) : [],
    cells: worked ? await askPrevious(run, end, written?.proveNothing ?? new Map(), shapes) : [],
    failed: !worked,
    lockWaits: back.lockWaits,
    ...(back.load === undefined ? {} : { load: back.load }),
    ...(back.fault === undefined ? {} : { fault: back.fault }),
    weaknesses: [
      ...(strayed
        ? [
            {
              part: 'migration' as const,
              because: `it began from another state than the control run’s after ${run.spec.after}`,
            },
          ]
        : []),
      ...(written?.weaknesses ?? []),
      ...back.weaknesses,
    ],
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
