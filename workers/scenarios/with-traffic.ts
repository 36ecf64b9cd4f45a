import type { LoadStatement } from '../../shared/domain/bundle.ts';
import type { LoadObservation } from '../../shared/domain/load.ts';
import type { LockWait } from '../../shared/domain/lock.ts';
import type { MigrationAttempt, Weakness } from '../../shared/domain/observation.ts';
import type { TrafficTarget } from '../../shared/domain/run.ts';
import type { LiveRun } from '../live-run.ts';
import { startActors } from '../load/start-actors.ts';
import { observeLoad, startTraffic, type Traffic } from '../load/start-traffic.ts';
import { type LockSampling, sampleLocks } from '../probes/lock-sampler.ts';

/** Of the blocking budget: a sampler that does not look for longer could have hidden a wait over it. */
const samplerGapPart = 1 / 2;

export interface TrafficOptions {
  readonly targets: readonly TrafficTarget[];
  /** Relations on which actors take turns; none: only the arrivals. */
  readonly actorsOn: readonly string[];
  /** Traffic before the first phase: what the rest is compared with. */
  readonly leadMs: number;
  readonly tailMs: number;
  /** Instead of the manifest's own. */
  readonly statements?: readonly LoadStatement[];
  /** It lasts at least so long in all. */
  readonly durationMs: number;
}

export interface UnderTraffic<T> {
  readonly result: T;
  readonly load: LoadObservation;
  readonly lockWaits: readonly LockWait[];
  readonly weaknesses: readonly Weakness[];
}

/** Runs `body` while traffic arrives on its schedule and the locks are watched. */
export async function withTraffic<T>(
  run: LiveRun,
  options: TrafficOptions,
  body: (traffic: Traffic) => Promise<T>,
): Promise<UnderTraffic<T>> {
  const { manifest } = run.plan.bundle;
  await using sampler = await sampleLocks(run.sql, run.clone.admin, {
    clock: run.clock,
    now: () => run.now(),
    roleOf: (pid, applicationName) => run.parties.get(pid) ?? { role: roleByName(applicationName) },
  });
  const startedMs = run.now();
  const apps = { ...run.clone.admin, ...run.clone.apps };
  const { load: asked } = manifest;
  const { targets } = options;
  await using traffic = await startTraffic({
    sql: run.sql,
    admin: run.clone.admin,
    apps,
    load: { ...asked, statements: options.statements ?? asked.statements },
    targets,
    seed: run.spec.seed,
    now: () => run.now(),
  });
  await using actors = await startActors({
    sql: run.sql,
    address: apps,
    admin: run.clone.admin,
    clock: run.clock,
    actors: asked.actors,
    relations: options.actorsOn,
    holdMs: asked.holdMs,
  });
  await run.clock.wait(options.leadMs, run.signal);
  traffic.markPhaseBegin();
  const result = await body(traffic);
  const remainingMs = options.durationMs - (run.now() - startedMs);
  await run.clock.wait(Math.max(options.tailMs, remainingMs), run.signal);
  await actors.stop();
  const measured = await traffic.stop();
  const sampling = await sampler.stop();
  const load = observeLoad(measured, sampling.waits, run.brakes);
  return {
    result,
    load,
    lockWaits: sampling.waits,
    weaknesses: samplerGap(sampling, manifest.budgets.blockedMs),
  };
}

/** Statements of the migration waited as long as the sampler saw their backends wait. */
export function withWaits(
  attempts: readonly MigrationAttempt[],
  waits: readonly LockWait[],
): readonly MigrationAttempt[] {
  return attempts.map((attempt) => ({
    ...attempt,
    statements: attempt.statements.map((statement) => ({
      ...statement,
      waitedMs: waits
        .filter(({ waiter }) => waiter.pid === statement.backendPid && waiter.ordinal === statement.ordinal)
        .reduce((sum, wait) => sum + wait.waitedMs, 0),
    })),
  }));
}

function roleByName(applicationName: string): 'traffic' | 'actor' | 'other' {
  if (applicationName.startsWith('rehearsal/traffic')) return 'traffic';
  return applicationName.startsWith('rehearsal/actor') ? 'actor' : 'other';
}

/** What only the sampler knows; how strong the load was, the judge reads from the observation. */
function samplerGap({ gapMsMax }: LockSampling, blockedMs: number): Weakness[] {
  if (gapMsMax <= blockedMs * samplerGapPart) return [];
  return [{ part: 'locks', because: `the locks were not looked at for ${Math.round(gapMsMax)} ms` }];
}
