import type { FaultObservation } from '../../shared/domain/observation.ts';
import type { ContentionRun } from '../../shared/domain/run.ts';
import type { LiveRun } from '../live-run.ts';
import { acquireActorLock } from '../load/actor-lock.ts';
import { performPhases } from '../migration/perform-phases.ts';
import type { ScenarioFindings } from './scenario.ts';
import { stressedEnd } from './under-load.ts';
import { withTraffic } from './with-traffic.ts';

/** Enough arrivals on the contended table before and after to say what is normal there. */
const leadMs = 1_000;
const tailMs = 500;

/** The worst moment is sought: somebody holds the table just before the statement that needs it. */
export async function contention(run: LiveRun<ContentionRun>): Promise<ScenarioFindings> {
  const { spec } = run;
  let heldMs: number | undefined;
  let released: Promise<void> | undefined;
  const hold = async () => {
    const actor = await acquireActorLock(run.sql, { ...run.clone.admin, ...run.clone.apps }, spec);
    const sinceMs = run.now();
    heldMs = 0;
    released = run.clock.wait(spec.holdMs).then(async () => {
      await actor.release();
      heldMs = run.now() - sinceMs;
    });
  };
  const traffic = { targets: spec.targets, actorsOn: [], leadMs, tailMs, durationMs: 0 };
  const seen = await withTraffic(run, traffic, async () => {
    const performed = await performPhases(run, run.plan.bundle.manifest.phases, {
      watch: (phase) => ({
        arrived: async (ordinal) => {
          if (phase.name === spec.phase && ordinal === spec.ordinal && heldMs === undefined) await hold();
        },
      }),
    });
    await released;
    return performed;
  });
  const met = seen.lockWaits.some(
    ({ waiter, blockers }) => waiter.role === 'migration' && blockers.some((blocker) => blocker.role === 'actor'),
  );
  const fault: FaultObservation = {
    kind: 'lock',
    phase: spec.phase,
    ordinal: spec.ordinal,
    moment: 'before',
    mode: spec.holds,
    relation: spec.relation,
    heldMs: heldMs ?? 0,
    met,
  };
  const found = await stressedEnd(run, seen);
  const missed = met ? [] : [{ part: 'locks' as const, because: `statement ${spec.ordinal} never met the held lock` }];
  return { ...found, fault, weaknesses: [...found.weaknesses, ...missed] };
}
