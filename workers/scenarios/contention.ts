import type { Holder } from '../../shared/domain/holder.ts';
import { lockConflict } from '../../shared/domain/lock.ts';
import type { FaultObservation, MigrationAttempt } from '../../shared/domain/observation.ts';
import { RehearsalError } from '../../shared/domain/problem.ts';
import type { HeldLockRun } from '../../shared/domain/run.ts';
import { SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';
import { runLimits } from '../../shared/plan/limits.ts';
import type { LiveRun } from '../live-run.ts';
import { type ActorLock, acquireActorLock } from '../load/actor-lock.ts';
import { followRollout } from '../load/follow-rollout.ts';
import { performPhases } from '../migration/perform-phases.ts';
import type { ScenarioFindings } from './scenario.ts';
import { stressedEnd } from './under-load.ts';
import { type TrafficOptions, withTraffic } from './with-traffic.ts';

/** Enough arrivals on the contended table before and after to say what is normal there. */
const leadMs = 1_000;
const tailMs = 500;

/** The worst moment is sought: somebody holds the table just before the statement that needs it. */
export async function contention(run: LiveRun<HeldLockRun>): Promise<ScenarioFindings> {
  const { spec } = run;
  let hold: Hold | undefined;
  // Left after whatever happens to the phases: nobody goes on holding a lock in a run that is over.
  await using holding = new AsyncDisposableStack();
  const traffic = { ...trafficOf(spec), actorsOn: [], durationMs: 0 };
  const seen = await withTraffic(run, traffic, async ({ setVersions }) => {
    const { phases } = run.plan.bundle.manifest;
    const performed = await performPhases(run, phases, {
      ...followRollout(phases, setVersions),
      watch: (phase) => ({
        arrived: async (ordinal) => {
          // Whoever passes by rows that are held may come again and again until they are free.
          if (spec.holder === 'row-write' && phase.name === spec.phase && ordinal > spec.ordinal) hold?.expectNobody();
          if (phase.name !== spec.phase || ordinal !== spec.ordinal || hold !== undefined) return;
          hold = holding.use(await holdFor(run));
        },
      }),
    });
    hold?.expectNobody();
    await hold?.released;
    return performed;
  });
  const sampled = seen.lockWaits.some(
    ({ waiter, blockers }) => waiter.role === 'migration' && blockers.some((blocker) => blocker.role === 'actor'),
  );
  const met = sampled || hold?.wasMet() === true || gaveWayAtOnce(spec, seen.result.attempts);
  const fault: FaultObservation = {
    kind: 'lock',
    phase: spec.phase,
    ordinal: spec.ordinal,
    moment: 'before',
    mode: spec.holds,
    relation: spec.relation,
    heldMs: hold?.heldMs() ?? 0,
    ...(hold === undefined ? {} : { heldFromMs: hold.sinceMs }),
    met,
  };
  const found = await stressedEnd(run, seen);
  // Whether it comes to a row that is held, its own conditions decide; the run sheet tells those that it passed by.
  const missed =
    met || spec.holder === 'row-write'
      ? []
      : [{ part: 'locks' as const, because: `statement ${spec.ordinal} never met the held lock` }];
  return { ...found, fault, weaknesses: [...found.weaknesses, ...missed] };
}

/** Rows that are held would stop the traffic too, and that is our doing; it goes where the migration has a table alone. */
function trafficOf({
  targets,
  holder,
}: HeldLockRun): Pick<TrafficOptions, 'targets' | 'statements' | 'leadMs' | 'tailMs'> {
  if (holder !== 'row-write') return { targets, leadMs, tailMs };
  return targets.length === 0
    ? { targets, statements: [], leadMs: 0, tailMs: 0 }
    : { targets, statements: [], leadMs, tailMs };
}

/** A statement that will not wait is refused before anybody could see it wait. */
const gaveWayAtOnce = ({ phase, ordinal }: HeldLockRun, attempts: readonly MigrationAttempt[]): boolean =>
  attempts.some(
    (attempt) =>
      attempt.phase === phase &&
      attempt.statements.some((statement) => statement.ordinal === ordinal && statement.sqlstate === '55P03'),
  );

interface Hold extends AsyncDisposable {
  readonly released: Promise<void>;
  readonly sinceMs: number;
  /** The phases are over: whoever has not come by now will not come. */
  expectNobody(): void;
  heldMs(): number;
  wasMet(): boolean;
}

/** Dumps and maintenance are not the applications' work; rows are held whatever rights these have. */
const isOfApps = (holder: Holder): boolean =>
  holder === 'open-write' || holder === 'idle-read' || holder === 'long-read';

/** Where the applications have no right to the table, somebody else is who uses it. */
async function takeHold({ sql, clone: { admin, apps }, spec }: LiveRun<HeldLockRun>): Promise<ActorLock> {
  if (!isOfApps(spec.holder)) return acquireActorLock(sql, admin, spec);
  try {
    return await acquireActorLock(sql, { ...admin, ...apps }, spec);
  } catch (error) {
    if (!isRefused(error)) throw error;
    return await acquireActorLock(sql, admin, spec);
  }
}

const isRefused = (error: unknown): boolean =>
  error instanceof RehearsalError && error.cause instanceof SqlError && error.cause.sqlstate === insufficientPrivilege;
const insufficientPrivilege = '42501';

/** Somebody takes the lock, and lets go of it after the planned time or when the run is over. */
async function holdFor(run: LiveRun<HeldLockRun>): Promise<Hold> {
  const { spec, clock } = run;
  const actor = await takeHold(run);
  const sinceMs = run.now();
  const over = new AbortController();
  const expecting = new AbortController();
  // A statement that skips what is held, and looks for it until it is free, would never end.
  const lastMs = spec.holder === 'row-write' ? sinceMs + runLimits.actorHoldMs : Number.POSITIVE_INFINITY;
  let heldMs = 0;
  let wasMet = false;
  const release = async () => {
    // For old views of the rows a statement waits when most of its work is done, on a large table long after now.
    if (!lockConflict(spec.requests, spec.holds)) {
      wasMet = await untilBlockedBy(
        run,
        actor.pid,
        AbortSignal.any([expecting.signal, over.signal, run.signal]),
        lastMs,
      );
    }
    // Called off or not, the lock is let go; rows that were passed by are not waited for in vain by a loop.
    const heldOn = spec.holder === 'row-write' && !wasMet ? 0 : spec.holdMs;
    await clock.wait(heldOn, AbortSignal.any([over.signal, run.signal])).catch(() => undefined);
    // The server lets go at some moment after this one; what is done before it was done under the held lock.
    heldMs = run.now() - sinceMs;
    await actor.release();
  };
  const released = release();
  return {
    released,
    sinceMs,
    heldMs: () => heldMs,
    wasMet: () => wasMet,
    expectNobody: () => expecting.abort(),
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await released;
    },
  };
}

const pollMs = 20;

/** Whether a statement of the migration came to wait for this session before nobody was expected any more. */
async function untilBlockedBy(run: LiveRun, pid: number, over: AbortSignal, lastMs: number): Promise<boolean> {
  while (!over.aborted && run.now() < lastMs) {
    // A server that is gone has nobody who waits; the run says so itself.
    const blocked = await run.observer.look((admin) => waitersFor(admin, pid)).catch(() => null);
    if (blocked === null) return false;
    if (blocked.some((waiter) => run.parties.get(waiter.pid)?.role === 'migration')) return true;
    // Called off, which the next round sees.
    await run.clock.wait(pollMs, over).catch(() => undefined);
  }
  return false;
}

const waitersFor = (admin: SqlSession, pid: number): Promise<readonly { readonly pid: number }[]> =>
  admin.query('SELECT pid FROM pg_locks WHERE NOT granted AND $1 = ANY (pg_blocking_pids(pid))', [pid]);
