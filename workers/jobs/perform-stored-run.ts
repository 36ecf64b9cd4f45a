import type { RehearsalId, RunId } from '../../shared/domain/ids.ts';
import type { QueryShape } from '../../shared/domain/query-shape.ts';
import type { RunSpec } from '../../shared/domain/run.ts';
import type { Store } from '../../shared/edge/ports/store.ts';
import { lackOf } from '../../shared/plan/placement.ts';
import { shapesOfRun, tellerOf } from '../../shared/plan/shapes-of-run.ts';
import { notRun } from '../not-run.ts';
import type { JobParts } from './jobs.ts';
import { willBeBack } from './will-be-back.ts';

/** A run that takes its worker down so often is given up. */
const claimsMax = 5;

/**
 * Claim, perform, store: the claim's fence makes sure that of all who perform a run at once only the last one stores.
 */
export async function performStoredRun(
  parts: JobParts,
  id: RehearsalId,
  runId: RunId,
  jobSignal: AbortSignal,
): Promise<'done' | 'elsewhere'> {
  const { store, worker, machine } = parts;
  const rehearsal = await store.rehearsals.find(id);
  const spec = await store.runs.spec(id, runId);
  if (rehearsal?.status !== 'running' || spec === null) return 'done';
  if (lackOf(rehearsal.snapshot, rehearsal.needs, await parts.room()) !== undefined) return 'elsewhere';
  using watch = parts.cancellations.watch(id);
  const signal = AbortSignal.any([jobSignal, parts.signal, watch.signal]);
  try {
    await using _machine = await store.workers.occupy(machine, spec.alone ? 'alone' : 'shared', signal);
    // Before the claim, because only what takes its worker down may use up the run's tries.
    const prepared = await parts.preparations.of(rehearsal);
    const shapes = await shapesFor(store, id, spec);
    const claim = await store.runs.claim(id, runId, worker);
    if (claim === null) return 'done';
    if (claim.fence > claimsMax) {
      await store.runs.finish(id, runId, claim.fence, notRun(spec, `it was begun ${claimsMax} times and never ended`));
      return 'done';
    }
    const beganMs = performance.now();
    const result = await prepared.perform(claim.spec, signal, shapes);
    // An engine that starts again ends what ran in it: the migration is not at fault for that.
    if (await parts.engineWasAway(beganMs)) {
      await store.runs.release(id, runId, claim.fence);
      return 'elsewhere';
    }
    const stored = await store.runs.finish(id, runId, claim.fence, result);
    if (!stored)
      parts.log.warn(
        { rehearsal: id, run: runId, fence: claim.fence },
        'the result came too late: another worker has the run',
      );
    return 'done';
  } catch (error) {
    // Cancelled: nobody waits for this run any more. Otherwise the queue tries again.
    if (watch.signal.aborted) return 'done';
    throw error;
  }
}

/** Whoever told them may have been on another machine: what it told is in the store, once. */
async function shapesFor(store: Store, id: RehearsalId, spec: RunSpec): Promise<readonly QueryShape[] | undefined> {
  const teller = tellerOf(spec);
  const told = teller === undefined ? null : await store.runs.result(id, teller);
  return shapesOfRun(spec, told === null ? [] : [told]);
}

/** The last try failed: the gap is stored, and the checks that need the run will say so. */
export async function giveUpStoredRun(parts: JobParts, id: RehearsalId, runId: RunId, error: unknown): Promise<void> {
  if (willBeBack(error)) throw error;
  parts.log.error({ rehearsal: id, run: runId, err: error }, 'the run was given up');
  const claim = await parts.store.runs.claim(id, runId, parts.worker);
  if (claim === null) return;
  const why = error instanceof Error ? error.message : String(error);
  await parts.store.runs.finish(id, runId, claim.fence, notRun(claim.spec, why));
}
