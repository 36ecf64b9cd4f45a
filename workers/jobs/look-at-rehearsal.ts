import type { AcceptedWaiver } from '../../shared/domain/accepted-waiver.ts';
import type { RehearsalId } from '../../shared/domain/ids.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { problemOf, RehearsalError } from '../../shared/domain/problem.ts';
import { fullDisk } from '../../shared/edge/adapters/full-disk.ts';
import type { Look } from '../../shared/edge/ports/queue.ts';
import type { StoredRehearsal } from '../../shared/edge/ports/store.ts';
import { lackOf } from '../../shared/plan/placement.ts';
import type { JobParts } from './jobs.ts';
import { tellSightings } from './tell-sightings.ts';
import { willBeBack } from './will-be-back.ts';

/**
 * One look: plan, see what the results so far ask for next, and either name the runs that are missing or judge.
 * Everything it learns is in the store, so that any worker may take the next look.
 */
export async function lookAtRehearsal(parts: JobParts, id: RehearsalId): Promise<Look> {
  const { store, pipeline } = parts;
  await parts.admit();
  const rehearsal = await store.rehearsals.find(id);
  // Not its turn yet: whoever admits it enqueues it again.
  if (rehearsal?.status !== 'running') return nothing;
  try {
    const known = await store.rehearsals.plan(id);
    const { snapshot, needs } = rehearsal;
    if (known === null && lackOf(snapshot, needs, await parts.room()) !== undefined) return 'elsewhere';
    const plan = known ?? (await makePlan(parts, rehearsal));
    const results = await store.runs.results(id);
    const refusal = pipeline.refusalIn(results);
    if (refusal !== undefined) throw refusal;
    const sheet = pipeline.planRuns(plan, results);
    const pending = sheet.runs.filter((spec) => !results.some((result) => result.spec.id === spec.id));
    if (pending.length > 0) {
      await store.runs.add(id, pending);
      await tellSightings(parts, rehearsal, { plan, sheet, results, accepted: await acceptedFor(parts, rehearsal) });
      // Side by side what may be, then one by one what must be alone.
      const inOrder = [...pending.filter((spec) => !spec.alone), ...pending.filter((spec) => spec.alone)];
      return { runs: inOrder.map((spec) => spec.id), turn: rehearsal.turn ?? 0 };
    }
    const startedAt = rehearsal.startedAt ?? rehearsal.createdAt;
    const { evidence, report } = pipeline.judge(plan, sheet, results, {
      startedAt,
      durationMs: Math.max(0, Date.now() - startedAt.getTime()),
      honourWaivers: rehearsal.waiversCount,
      accepted: await acceptedFor(parts, rehearsal),
    });
    await store.rehearsals.judge(id, evidence, report, parts.worker);
    await parts.admit();
    return nothing;
  } catch (error) {
    // What the bundle or a policy is at fault for will be the same the next time.
    if (!(error instanceof RehearsalError) || (error.fault !== 'bundle' && error.fault !== 'policy')) throw error;
    return failRehearsal(parts, id, error);
  }
}

/** Waivers of the service for this environment and digest; whether they are still good is judged. */
async function acceptedFor(
  { store }: JobParts,
  { service, environment, bundleDigest }: StoredRehearsal,
): Promise<readonly AcceptedWaiver[]> {
  const waivers = await store.acceptances.waivers(service);
  return waivers
    .filter((waiver) => waiver.environment === undefined || waiver.environment === environment)
    .filter((waiver) => waiver.bundleDigest === undefined || waiver.bundleDigest === bundleDigest)
    .map(({ check, relation, phase, app, by, reason, expiresAt }) => ({
      ...{ check, by, reason, until: expiresAt.toISOString() },
      ...(relation === undefined ? {} : { relation }),
      ...(phase === undefined ? {} : { phase }),
      ...(app === undefined ? {} : { app }),
    }));
}

/** Ends a rehearsal without a verdict, and says why. */
export async function failRehearsal(parts: JobParts, id: RehearsalId, error: unknown): Promise<Look> {
  if (willBeBack(error)) throw error;
  const known = error instanceof RehearsalError ? error : (fullDisk(error) ?? ofOurs(error));
  parts.log.error({ rehearsal: id, err: error }, 'the rehearsal failed');
  await parts.store.rehearsals.fail(id, { ...problemOf(known), fault: known.fault });
  return nothing;
}

const ofOurs = (cause: unknown): RehearsalError =>
  new RehearsalError('ours', 'internal', 'The rehearsal failed by an error of ours.', 'Read the log of the worker.', {
    cause,
  });

const nothing: Look = { runs: [], turn: 0 };

async function makePlan(parts: JobParts, rehearsal: StoredRehearsal): Promise<Plan> {
  await using _machine = await parts.store.workers.occupy(parts.machine, 'shared', parts.signal);
  const { plan } = await parts.preparations.of(rehearsal);
  await parts.store.rehearsals.planned(rehearsal.id, plan);
  return plan;
}
