import type { FaultObservation } from '../../shared/domain/observation.ts';
import type { InterruptionRun, StatePoint } from '../../shared/domain/run.ts';
import { stateFingerprint } from '../../shared/plan/state-fingerprint.ts';
import type { LiveRun } from '../live-run.ts';
import { type PhasesPerformed, performPhases } from '../migration/perform-phases.ts';
import { readState } from '../migration/read-state.ts';
import { readTransactionStatus } from '../probes/read-transaction-status.ts';
import { lookAtAftermath, rowsAreAsked } from './aftermath.ts';
import { nothingElse, type ScenarioFindings } from './scenario.ts';
import { type Striking, strikeOnce } from './strike.ts';

/** What is left when a migration is cut off in its midst, and does running it again help? */
export async function interruption(run: LiveRun<InterruptionRun>): Promise<ScenarioFindings> {
  const { spec } = run;
  const { phases } = run.plan.bundle.manifest;
  const striking = strikeOnce(run);
  const performed = await performPhases(run, phases, {
    watch: (phase) => (phase.name === spec.phase ? striking.watch : {}),
  });
  await striking.end();
  const fault = await faultOf(run, striking);
  const because = `the command never reached statement ${spec.ordinal} of ${spec.phase}`;
  return {
    ...nothingElse,
    ...(await lookAtEnd(run, performed)),
    fault,
    failed: performed.stoppedAt !== undefined,
    weaknesses: fault.met ? [] : [{ part: 'migration', because }],
  };
}

async function faultOf(run: LiveRun<InterruptionRun>, { struck }: Striking): Promise<FaultObservation> {
  const { cut = 'kill-command', moment = 'after', phase, ordinal, committed } = run.spec;
  const place = { kind: cut, phase, ordinal, boundary: committed };
  const done = struck();
  if (done === undefined) return { ...place, moment, met: false };
  const { pid, backendPid, xid } = done;
  if (xid === undefined) return { ...place, moment: done.moment, met: true, pid, backendPid };
  // Asked when the server is done with it.
  const status = await run.observer.look((admin) => readTransactionStatus(admin, xid));
  const transaction = { id: `${xid}`, status };
  return { ...place, moment: done.moment, met: true, pid, backendPid, transaction };
}

/**
 * A command that outlived the fault may have connected again and gone on: then its end is measured like that of every
 * stressed run that claims success.
 */
async function lookAtEnd(run: LiveRun<InterruptionRun>, { attempts, stoppedAt }: PhasesPerformed) {
  const { phases } = run.plan.bundle.manifest;
  const end = await readState(run, { rows: rowsAreAsked(run.spec) ? 'counted' : 'uncounted' });
  const fingerprint = end.seen ? stateFingerprint(end.value) : undefined;
  if (stoppedAt !== undefined) {
    const isAsExpected = fingerprint !== undefined && fingerprint === run.spec.expectedState;
    const { askedIn } = run.spec;
    const asked = askedIn === undefined ? {} : { askedIn };
    const place = { point: pointOf(run.spec, phases), from: stoppedAt, attempts, end, isAsExpected, ...asked };
    return { attempts, end, aftermath: await lookAtAftermath(run, place) };
  }
  const [first] = phases;
  const last = phases.at(-1)?.name ?? '';
  if (first === undefined || fingerprint === run.spec.expectedEnds[last]) return { attempts, end };
  const place = { point: { kind: 'after', phase: last } as const, from: first, attempts, end };
  return { attempts, end, aftermath: await lookAtAftermath(run, place) };
}

/** The place of the quiet run that is meant: a statement that was never sent leaves what the one before it left. */
function pointOf(
  { phase, committed, moment }: InterruptionRun,
  phases: readonly { readonly name: string }[],
): StatePoint {
  if (moment !== 'before') return { kind: 'inside', phase, committed };
  if (committed > 1) return { kind: 'inside', phase, committed: committed - 1 };
  const earlier = phases[phases.findIndex(({ name }) => name === phase) - 1];
  return earlier === undefined ? { kind: 'before' } : { kind: 'after', phase: earlier.name };
}
