import type { Phase } from '../../shared/domain/bundle.ts';
import type { InvariantObservation, MigrationAttempt } from '../../shared/domain/observation.ts';
import type { SecondStartRun } from '../../shared/domain/run.ts';
import { stateFingerprint } from '../../shared/plan/state-fingerprint.ts';
import type { LiveRun } from '../live-run.ts';
import { askInvariants, readInvariants } from '../migration/invariants.ts';
import { performPhases } from '../migration/perform-phases.ts';
import { readState } from '../migration/read-state.ts';
import { startTwice } from '../migration/start-twice.ts';
import { sampleLocks } from '../probes/lock-sampler.ts';
import { lookAtAftermath } from './aftermath.ts';
import { nothingElse, type ScenarioFindings } from './scenario.ts';
import { withWaits } from './with-traffic.ts';

/** Two replicas, two pipelines, an impatient hand: what if the same migration is started twice at once? */
export async function secondStart(run: LiveRun<SecondStartRun>): Promise<ScenarioFindings> {
  const { spec } = run;
  const { phases } = run.plan.bundle.manifest;
  const asked = await readInvariants(run);
  const invariants: InvariantObservation[] = [];
  let otherStart: MigrationAttempt | undefined;
  await using sampler = await sampleLocks(run.sql, run.clone.admin, {
    clock: run.clock,
    now: () => run.now(),
    roleOf: (pid) => run.parties.get(pid) ?? { role: 'other' },
  });
  const told = {
    afterPhase: async ({ name }: Phase) => {
      invariants.push(...(await askInvariants(run, { kind: 'after', phase: name }, asked)));
    },
  };
  const at = phases.findIndex(({ name }) => name === spec.phase);
  const earlier = await performPhases(run, phases.slice(0, at), told);
  const attempts = [...earlier.attempts];
  let { stoppedAt } = earlier;
  const phase = phases[at];
  if (stoppedAt === undefined && phase !== undefined) {
    const isRecorded = (pid: number) => sampler.waits().some(({ waiter }) => waiter.pid === pid);
    const starts = await startTwice(run, phase, spec.ordinal, isRecorded);
    attempts.push(starts.better);
    otherStart = starts.other;
    if (starts.better.exitCode === 0) {
      await told.afterPhase(phase);
      const later = await performPhases(run, phases.slice(at + 1), told);
      attempts.push(...later.attempts);
      stoppedAt = later.stoppedAt;
    } else stoppedAt = phase;
  }
  const { waits } = await sampler.stop();
  const end = await readState(run);
  const last = phases.at(-1)?.name ?? '';
  const asExpected = end.seen && stateFingerprint(end.value) === spec.expectedEnds[last];
  const from = stoppedAt ?? (asExpected ? undefined : phases[0]);
  const point = { kind: 'after', phase: stoppedAt?.name ?? last } as const;
  const starts = [...attempts, ...(otherStart === undefined ? [] : [otherStart])];
  return {
    ...nothingElse,
    attempts: withWaits(attempts, waits),
    ...(otherStart === undefined ? {} : { otherStart: withWaits([otherStart], waits)[0] ?? otherStart }),
    end,
    invariants,
    lockWaits: waits,
    failed: stoppedAt !== undefined,
    weaknesses:
      otherStart === undefined
        ? [{ part: 'migration', because: `the command never reached statement ${spec.ordinal} of ${spec.phase}` }]
        : [],
    ...(from === undefined ? {} : { aftermath: await lookAtAftermath(run, { point, from, attempts: starts, end }) }),
  };
}
