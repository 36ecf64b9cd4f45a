import { RehearsalError } from '../../shared/domain/problem.ts';
import type { StandbyRun } from '../../shared/domain/run.ts';
import type { LongReadObservation, StandbyObservation } from '../../shared/domain/standby.ts';
import type { Standby } from '../../shared/edge/ports/clone-host.ts';
import { gates } from '../../shared/plan/gating.ts';
import type { LiveRun } from '../live-run.ts';
import { readOnSchedule, standbyReads } from '../load/read-on-schedule.ts';
import { startTraffic, type Traffic } from '../load/start-traffic.ts';
import { type PhasesPerformed, performPhases } from '../migration/perform-phases.ts';
import { readState } from '../migration/read-state.ts';
import { watchReplication } from '../probes/watch-replication.ts';
import { nothingElse, type ScenarioFindings } from './scenario.ts';
import { openStandbyApps } from './standby-apps.ts';
import { compareSides, untilReplayed } from './standby-end.ts';
import { beginLongRead, type LongRead } from './standby-long-read.ts';
import { longestWait, readsSeen, tablesOf } from './standby-reads.ts';
import { standbyWeaknesses } from './standby-weaknesses.ts';

/** Enough reads before the first phase to say what is normal there. */
const leadMs = 500;

/** Can a standby follow, and can it be read meanwhile? */
export async function standby(run: LiveRun<StandbyRun>): Promise<ScenarioFindings> {
  await using follower = await startFollower(run);
  await using apps = await openStandbyApps(run, follower);
  const { sql, clock, clone } = run;
  await using primary = await sql.connect(clone.admin, 'rehearsal/standby-watch');
  await using watching = await sql.connect(follower.admin, 'rehearsal/standby-watch');
  const followed = await whoFollows(primary, watching);
  const tables = await tablesOf(primary, run.spec.reads);
  const now = () => run.now();
  await using reads = await readOnSchedule({
    ...{ sql, clock, now, tables },
    address: { ...follower.admin, ...clone.apps },
  });
  await using watch = watchReplication({ primary, standby: watching, readers: standbyReads, clock, now });
  await clock.wait(leadMs, run.signal);
  const { performed, longRead, traffic } = await performBeside(run, follower, apps);
  const end = await readState(run);
  await using last = await sql.connect(clone.admin, 'rehearsal/standby-end');
  const replayed = await untilReplayed(run, last, follower);
  const scheduled = await reads.stop();
  const seen = await watch.stop();
  const sides = await compareSides(run, follower, replayed, tables);
  const asked = replayed.replayed
    ? await apps.askAtEnd(performed.stoppedAt === undefined, seen.blocked)
    : apps.soFar(seen.blocked);
  const excused = [...seen.blocked, ...run.brakes];
  const read = readsSeen(scheduled, { locked: seen.lockedOut, excused });
  const mayHaveWaited = longestWait(scheduled.reads, { locked: seen.mayBeLockedOut, excused });
  const cancelled = (read.failedBySqlstate['40001'] ?? 0) + (longRead?.cancelled === true ? 1 : 0);
  const observation: StandbyObservation = {
    followed,
    lagBytesMax: seen.lagBytesMax,
    lagMsMax: Math.round(seen.lagMsMax),
    ...(seen.lag === undefined ? {} : { lag: seen.lag }),
    replayBlockedMs: Math.round(seen.blocked.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)),
    cancelledQueries: cancelled,
    reads: read,
    ...(traffic === undefined ? {} : { traffic }),
    ...(longRead === undefined ? {} : { longRead }),
    end: replayed,
    ...sides,
    apps: asked,
  };
  return {
    ...nothingElse,
    attempts: performed.attempts,
    end,
    standby: observation,
    failed: performed.stoppedAt !== undefined,
    weaknesses: standbyWeaknesses(
      { place: run.spec.longRead, blockedMs: run.plan.bundle.manifest.budgets.blockedMs },
      { stoppedAt: performed.stoppedAt?.name, observation, looks: seen, mayHaveWaitedMs: mayHaveWaited.waitedMsMax },
    ),
  };
}

/** A machine that cannot run a second server makes this run a gap, and no more than that. */
async function startFollower(run: LiveRun<StandbyRun>): Promise<Standby> {
  try {
    return await run.clone.standby();
  } catch (cause) {
    const isServers = cause instanceof RehearsalError && /^server-/.test(cause.code);
    if (run.signal.aborted || !isServers) throw cause;
    throw new Error('the standby did not start:', { cause });
  }
}

async function whoFollows(
  primary: Awaited<ReturnType<LiveRun['sql']['connect']>>,
  follower: Awaited<ReturnType<LiveRun['sql']['connect']>>,
): Promise<StandbyObservation['followed']> {
  const [there] = await follower.query<{ follows: boolean }>('SELECT pg_is_in_recovery() AS follows');
  const [here] = await primary.query<{ state: string }>(
    `SELECT state FROM pg_stat_replication WHERE application_name = 'rehearsal/standby'`,
  );
  return { inRecovery: there?.follows ?? false, state: here?.state ?? 'nobody follows' };
}

/** The phases, with the long read where replay cannot pass it, and the readers among the applications kept busy. */
async function performBeside(
  run: LiveRun<StandbyRun>,
  follower: Standby,
  apps: Awaited<ReturnType<typeof openStandbyApps>>,
): Promise<Beside> {
  const { manifest } = run.plan.bundle;
  const { longRead: place, holdMs } = run.spec;
  await using traffic = await startWrites(run);
  await using holding = new AsyncDisposableStack();
  let reading: LongRead | undefined;
  const performed = await performPhases(run, manifest.phases, {
    beforePhase: async ({ name }) => {
      const lives = gates(manifest, 'previous', { kind: 'inside', phase: name, committed: 1 });
      await (lives ? apps.keepAsking() : apps.stopAsking());
    },
    watch: (phase) => ({
      arrived: async (ordinal) => {
        if (place === undefined || phase.name !== place.phase || ordinal !== place.ordinal || reading) return;
        const address = { ...follower.admin, ...run.clone.apps };
        reading = holding.use(await beginLongRead(run, address, { relation: place.relation, holdMs }));
      },
    }),
  });
  await apps.stopAsking();
  const longRead = await reading?.ended;
  // What is written after that has to be there as well before the two ends are compared.
  const written = await traffic?.stop();
  return {
    performed,
    ...(longRead === undefined ? {} : { longRead }),
    ...(written === undefined ? {} : { traffic: { transactions: written.transactions, failed: written.failed } }),
  };
}

interface Beside {
  readonly performed: PhasesPerformed;
  readonly longRead?: LongReadObservation;
  readonly traffic?: NonNullable<StandbyObservation['traffic']>;
}

/** None of it changes a value or the number of rows: what the versions answer is what they would answer without it. */
async function startWrites(run: LiveRun<StandbyRun>): Promise<Traffic | undefined> {
  const { writes } = run.spec;
  if (writes === undefined) return undefined;
  const { admin, apps } = run.clone;
  return await startTraffic({
    sql: run.sql,
    admin,
    apps: { ...admin, ...apps },
    load: { ...run.plan.bundle.manifest.load, statements: [] },
    targets: writes,
    seed: run.spec.seed,
    now: () => run.now(),
  });
}
