import type { UnderLoadRun } from '../../shared/domain/run.ts';
import { stateFingerprint } from '../../shared/plan/state-fingerprint.ts';
import type { LiveRun } from '../live-run.ts';
import { followRollout } from '../load/follow-rollout.ts';
import { performPhases } from '../migration/perform-phases.ts';
import { readState } from '../migration/read-state.ts';
import { lookAtAftermath } from './aftermath.ts';
import { nothingElse, type ScenarioFindings } from './scenario.ts';
import { withTraffic, withWaits } from './with-traffic.ts';

/** CONTRACT 1.7: how long the traffic runs before the first phase and after the last. */
const leadMs = 5_000;
const tailMs = 3_000;

/** What do the migration and production's traffic do to each other? */
export async function underLoad(run: LiveRun<UnderLoadRun>): Promise<ScenarioFindings> {
  const { manifest } = run.plan.bundle;
  const traffic = { targets: run.spec.targets, actorsOn: run.spec.actorsOn, leadMs, tailMs };
  const seen = await withTraffic(run, { ...traffic, durationMs: manifest.load.durationMs }, ({ setVersions }) =>
    performPhases(run, manifest.phases, followRollout(manifest.phases, setVersions)),
  );
  return await stressedEnd(run, seen);
}

type Stressed = Awaited<ReturnType<typeof withTraffic<Awaited<ReturnType<typeof performPhases>>>>>;

/** Looks at what a stressed run left where its command failed or its end is not the control run's. */
export async function stressedEnd(run: LiveRun, seen: Stressed): Promise<ScenarioFindings> {
  const { attempts, stoppedAt } = seen.result;
  const [first] = run.plan.bundle.manifest.phases;
  const end = await readState(run);
  const last = run.plan.bundle.manifest.phases.at(-1)?.name ?? '';
  const phase = stoppedAt?.name ?? last;
  const asExpected = end.seen && stateFingerprint(end.value) === run.spec.expectedEnds[last];
  const from = stoppedAt ?? (asExpected ? undefined : first);
  return {
    ...nothingElse,
    attempts: withWaits(attempts, seen.lockWaits),
    end,
    lockWaits: seen.lockWaits,
    load: seen.load,
    weaknesses: seen.weaknesses,
    failed: stoppedAt !== undefined,
    ...(from === undefined
      ? {}
      : { aftermath: await lookAtAftermath(run, { point: { kind: 'after', phase }, from, attempts, end }) }),
  };
}
