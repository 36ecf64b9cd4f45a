import type { FaultObservation } from '../../shared/domain/observation.ts';
import type { InterruptionRun } from '../../shared/domain/run.ts';
import { stateFingerprint } from '../../shared/plan/state-fingerprint.ts';
import type { LiveRun } from '../live-run.ts';
import { performPhases } from '../migration/perform-phases.ts';
import { readState } from '../migration/read-state.ts';
import { lookAtAftermath } from './aftermath.ts';
import { nothingElse, type ScenarioFindings } from './scenario.ts';

/**
 * What is left when the command is killed right after a commit that it never hears of, and does running it again help?
 */
export async function interruption(run: LiveRun<InterruptionRun>): Promise<ScenarioFindings> {
  const { spec } = run;
  let pid: number | undefined;
  const { attempts, stoppedAt } = await performPhases(run, run.plan.bundle.manifest.phases, {
    watch: (phase) => ({
      committed: async (change, command) => {
        if (phase.name !== spec.phase || change.ordinal !== spec.ordinal || pid !== undefined) return;
        pid = command.pid;
        await command.kill();
      },
    }),
  });
  const end = await readState(run);
  const fault: FaultObservation = {
    kind: 'kill-command',
    phase: spec.phase,
    ordinal: spec.ordinal,
    moment: 'after',
    met: pid !== undefined,
    ...(pid === undefined ? {} : { pid }),
  };
  const isAsExpected = end.seen && stateFingerprint(end.value) === spec.expectedState;
  const point = { kind: 'inside', phase: spec.phase, committed: spec.committed } as const;
  return {
    ...nothingElse,
    attempts,
    end,
    fault,
    failed: stoppedAt !== undefined,
    weaknesses:
      pid === undefined
        ? [{ part: 'migration', because: `the command never reached statement ${spec.ordinal} of ${spec.phase}` }]
        : [],
    ...(stoppedAt === undefined
      ? {}
      : { aftermath: await lookAtAftermath(run, { point, from: stoppedAt, attempts, end, isAsExpected }) }),
  };
}
