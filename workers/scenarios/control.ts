import type { InvariantObservation } from '../../shared/domain/observation.ts';
import type { ControlRun } from '../../shared/domain/run.ts';
import type { LiveRun } from '../live-run.ts';
import { watchDiskUse } from '../migration/disk-use.ts';
import { askInvariants, readInvariants } from '../migration/invariants.ts';
import { performPhases } from '../migration/perform-phases.ts';
import { readState } from '../migration/read-state.ts';
import { lookAtAftermath } from './aftermath.ts';
import { nothingElse, type ScenarioFindings } from './scenario.ts';

/**
 * What does the migration do when nobody else is in the room? Its end is what every stressed run is measured against.
 */
export async function control(run: LiveRun<ControlRun>): Promise<ScenarioFindings> {
  const { phases } = run.plan.bundle.manifest;
  const traced = run.spec.limits === 'traced';
  const first = await readInvariants(run);
  const invariants: InvariantObservation[] = [];
  await using disk = await watchDiskUse(run);
  const performed = await performPhases(run, phases, {
    mode: traced ? 'traced' : 'plain',
    limited: run.spec.limits !== 'unlimited',
    lookInside: !traced,
    afterPhase: async (phase) => {
      if (!traced) invariants.push(...(await askInvariants(run, { kind: 'after', phase: phase.name }, first)));
    },
  });
  const diskUse = await disk.stop();
  const end = await readState(run);
  const stopped = performed.stoppedAt;
  const aftermath =
    stopped === undefined || run.spec.limits !== 'declared'
      ? undefined
      : await lookAtAftermath(run, {
          point: { kind: 'after', phase: stopped.name },
          from: stopped,
          attempts: performed.attempts,
          end,
        });
  return {
    ...nothingElse,
    ...performed,
    disk: diskUse,
    invariants,
    end,
    failed: stopped !== undefined,
    ...(aftermath === undefined ? {} : { aftermath }),
  };
}
