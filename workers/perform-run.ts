import type { Aftermath, RunResult } from '../shared/domain/observation.ts';
import type { Plan } from '../shared/domain/plan.ts';
import type { QueryShape } from '../shared/domain/query-shape.ts';
import type { RunSpec } from '../shared/domain/run.ts';
import type { Clock } from '../shared/edge/ports/clock.ts';
import type { Clone, CloneHost, HostedProcess } from '../shared/edge/ports/clone-host.ts';
import type { RepairDrafts } from '../shared/edge/ports/repair-drafts.ts';
import type { SealedSnapshot } from '../shared/edge/ports/snapshots.ts';
import type { Sql } from '../shared/edge/ports/sql.ts';
import { decisive, reasonOf } from './failure-reason.ts';
import type { LiveRun } from './live-run.ts';
import { readState } from './migration/read-state.ts';
import { notRun } from './not-run.ts';
import { type Observer, openObserver } from './observer.ts';
import { readServerLog } from './probes/read-server-log.ts';
import { openRedaction } from './redaction.ts';
import { performScenario } from './scenarios/index.ts';

/** A run that lives longer than this lost its owner; the reaper may take it. */
const runLifeMs = 2 * 60 * 60_000;

/** Everything that the runs of one rehearsal share on one worker. */
export interface RunContext {
  readonly plan: Plan;
  readonly snapshot: SealedSnapshot;
  readonly bundleDir: string;
  readonly toolsDir: string;
  readonly host: CloneHost;
  readonly sql: Sql;
  readonly clock: Clock;
  readonly repairs: RepairDrafts;
  /** What was tried on each damaged state of this rehearsal, by phase and fingerprint. */
  readonly repairsTried: Map<string, Promise<Pick<Aftermath, 'repairs' | 'wayBack'>>>;
  /** The queries that the run prepares; its sheet says only who told them. */
  readonly shapes?: readonly QueryShape[] | undefined;
  /** Asked before what a process wrote is removed. */
  readonly leaving?: () => Promise<void>;
}

/** One RunSpec → one result: clone, tap, scenario, always destroy. What cannot be done is `not-run`, never a guess. */
export async function performRun(context: RunContext, spec: RunSpec, signal: AbortSignal): Promise<RunResult> {
  const startMs = context.clock.now();
  const startedAt = context.clock.wallTime().toISOString();
  const now = () => context.clock.now() - startMs;
  try {
    return await perform(context, spec, signal, { startedAt, now });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const reason = decisive(error);
    // An image without a command is something that only another host can run (CONTRACT 1.3).
    if (reason.fault !== 'ours' && reason.code !== 'no-command') throw error;
    return notRun(spec, reasonOf(error), { startedAt, durationMs: now() });
  }
}

async function perform(
  context: RunContext,
  spec: RunSpec,
  signal: AbortSignal,
  { startedAt, now }: { readonly startedAt: string; readonly now: () => number },
): Promise<RunResult> {
  signal.throwIfAborted();
  await using clone = await openClone(context, spec);
  using _stopped = removedOnAbort(clone, signal);
  await using live = await openLiveRun(context, spec, clone, now, signal);
  const before = await readState(live, { rows: rowsBefore(spec) });
  const { failed, weaknesses, ...found } = await performScenario(live);
  // What was seen on a clone that is being removed is no evidence.
  signal.throwIfAborted();
  return {
    spec,
    outcome: failed ? 'failed' : 'completed',
    startedAt,
    cloneMs: clone.cloneMs,
    cloneMethod: clone.method,
    durationMs: now(),
    before,
    ...found,
    weaknesses: [...weaknesses, ...live.weaknesses],
    serverLog: readServerLog(await clone.serverLog(), {
      redact: (message, sqlstate) => live.redact.message(message, { sqlstate }),
      toRunMs: (epochMs) => epochMs - Date.parse(startedAt),
    }),
    backendsOomKilled: await clone.backendsOomKilled(),
  };
}

/** Where rows are compared at all, an interruption is compared with the quiet run, which began on the same snapshot. */
const rowsBefore = ({ scenario }: RunSpec): 'counted' | 'uncounted' =>
  scenario === 'compatibility' || scenario === 'interruption' ? 'uncounted' : 'counted';

/** Whatever the run waits for then, its server and its processes are gone, and the wait is over. */
function removedOnAbort(clone: Clone, signal: AbortSignal): Disposable {
  // Leaving the scope waits for the same removal and tells its failure.
  const remove = () => void Promise.resolve(clone[Symbol.asyncDispose]()).catch(() => undefined);
  signal.addEventListener('abort', remove);
  if (signal.aborted) remove();
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', remove) };
}

export function openClone(context: RunContext, spec: RunSpec): Promise<Clone> {
  const { plan } = context;
  const { postgres } = plan.bundle.manifest;
  return context.host.clone({
    snapshot: context.snapshot,
    owner: {
      rehearsalId: plan.rehearsalId,
      runId: spec.id,
      expiresAt: new Date(context.clock.wallTime().getTime() + runLifeMs),
    },
    bundleDir: context.bundleDir,
    toolsDir: context.toolsDir,
    settings: { ...postgres.settings, ...ownSettings(spec) },
    ...(postgres.image === undefined ? {} : { image: postgres.image }),
  });
}

function ownSettings(spec: RunSpec): Readonly<Record<string, string>> {
  if (spec.scenario === 'contention') return spec.holder === 'second-start' ? {} : spec.scaledSettings;
  return spec.scenario === 'standby' ? spec.settings : {};
}

async function openLiveRun(
  context: RunContext,
  spec: RunSpec,
  clone: Clone,
  now: () => number,
  signal: AbortSignal,
): Promise<LiveRun & AsyncDisposable> {
  const { plan, sql, clock } = context;
  const observer = openObserver(() => sql.connect(clone.admin, 'rehearsal/observer'), clock, signal);
  try {
    const redact = await observer.look((admin) => openRedaction(plan.bundle, context.bundleDir, admin));
    return {
      spec,
      plan,
      clone: restingDuringForks(clone, observer, context.leaving),
      sql,
      clock,
      observer,
      now,
      parties: new Map(),
      brakes: [],
      weaknesses: [],
      productionQueries: {
        texts: context.snapshot.queries ?? [],
        beyondLimit: context.snapshot.queriesBeyondLimit ?? 0,
        hidden: context.snapshot.queriesHidden ?? 0,
        evictions: context.snapshot.queryEvictions ?? 0,
      },
      shapes: context.shapes,
      redact,
      signal,
      repairs: context.repairs,
      repairsTried: context.repairsTried,
      fresh: () => openClone(context, spec),
      on: (other) => openLiveRun(context, spec, other, now, signal),
      [Symbol.asyncDispose]: () => observer[Symbol.asyncDispose](),
    };
  } catch (error) {
    await observer[Symbol.asyncDispose]();
    throw error;
  }
}

/** A fork stops the server: our own session goes first, and comes back with the next look. */
function restingDuringForks(
  clone: Clone,
  observer: Observer,
  leaving: () => Promise<void> = () => Promise.resolve(),
): Clone {
  return {
    id: clone.id,
    cloneMs: clone.cloneMs,
    method: clone.method,
    admin: clone.admin,
    migrate: clone.migrate,
    apps: clone.apps,
    tapHost: clone.tapHost,
    toolsPath: clone.toolsPath,
    bundlePath: clone.bundlePath,
    start: async (request) => leftAfter(await clone.start(request), leaving),
    standby: () => clone.standby(),
    serverLog: () => clone.serverLog(),
    backendsOomKilled: () => clone.backendsOomKilled(),
    async fork() {
      await observer.rest();
      return await clone.fork();
    },
    async crash() {
      await observer.rest();
      await clone.crash();
    },
    [Symbol.asyncDispose]: () => clone[Symbol.asyncDispose](),
  };
}

/** The same process, with somebody who looks before it is removed with all that it wrote. */
function leftAfter(started: HostedProcess, leaving: () => Promise<void>): HostedProcess {
  return {
    pid: started.pid,
    startedAt: started.startedAt,
    ...(started.http === undefined ? {} : { http: started.http }),
    exited: started.exited,
    output: () => started.output(),
    kill: () => started.kill(),
    stop: () => started.stop(),
    async [Symbol.asyncDispose]() {
      try {
        await leaving();
      } finally {
        await started[Symbol.asyncDispose]();
      }
    },
  };
}
