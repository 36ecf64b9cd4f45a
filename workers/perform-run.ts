import type { RunResult } from '../shared/domain/observation.ts';
import { unobserved } from '../shared/domain/observed.ts';
import type { Plan } from '../shared/domain/plan.ts';
import { RehearsalError } from '../shared/domain/problem.ts';
import type { RunSpec } from '../shared/domain/run.ts';
import type { Clock } from '../shared/edge/ports/clock.ts';
import type { Clone, CloneHost } from '../shared/edge/ports/clone-host.ts';
import type { SealedSnapshot } from '../shared/edge/ports/snapshots.ts';
import type { Sql, SqlSession } from '../shared/edge/ports/sql.ts';
import type { LiveRun } from './live-run.ts';
import { readState } from './migration/read-state.ts';
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
}

/** One RunSpec → one result: clone, tap, scenario, always destroy. What cannot be done is `not-run`, never a guess. */
export async function performRun(context: RunContext, spec: RunSpec, signal: AbortSignal): Promise<RunResult> {
  const startMs = context.clock.now();
  const startedAt = context.clock.wallTime().toISOString();
  const now = () => context.clock.now() - startMs;
  try {
    await using clone = await openClone(context, spec);
    await using live = await openLiveRun(context, spec, clone, now, signal);
    const before = await readState(live);
    const { failed, ...found } = await performScenario(live);
    return {
      spec,
      outcome: failed ? 'failed' : 'completed',
      startedAt,
      cloneMs: clone.cloneMs,
      cloneMethod: clone.method,
      durationMs: now(),
      before,
      ...found,
      serverLog: readServerLog(await clone.serverLog(), {
        redact: (message) => live.redact(message),
        toRunMs: (epochMs) => epochMs - Date.parse(startedAt),
      }),
      backendsOomKilled: await clone.backendsOomKilled(),
    };
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof RehearsalError && error.fault !== 'ours') throw error;
    return notRun(spec, startedAt, now(), error);
  }
}

function openClone(context: RunContext, spec: RunSpec): Promise<Clone> {
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
    settings: { ...postgres.settings, ...(spec.scenario === 'contention' ? spec.scaledSettings : {}) },
    ...(postgres.image === undefined ? {} : { image: postgres.image }),
  });
}

/** The admin session is renewed when a fork has restarted the server. */
async function openLiveRun(
  context: RunContext,
  spec: RunSpec,
  clone: Clone,
  now: () => number,
  signal: AbortSignal,
): Promise<LiveRun & AsyncDisposable> {
  const connect = () => context.sql.connect(clone.admin, 'rehearsal/observer');
  let session = await connect();
  const admin: SqlSession = {
    get backendPid() {
      return session.backendPid;
    },
    query: (text, parameters) => session.query(text, parameters),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
  const renewing: Clone = {
    id: clone.id,
    cloneMs: clone.cloneMs,
    method: clone.method,
    admin: clone.admin,
    migrate: clone.migrate,
    apps: clone.apps,
    tapHost: clone.tapHost,
    toolsPath: clone.toolsPath,
    bundlePath: clone.bundlePath,
    start: (request) => clone.start(request),
    serverLog: () => clone.serverLog(),
    backendsOomKilled: () => clone.backendsOomKilled(),
    async fork() {
      await session[Symbol.asyncDispose]();
      const fork = await clone.fork();
      session = await connect();
      return fork;
    },
    [Symbol.asyncDispose]: () => clone[Symbol.asyncDispose](),
  };
  return {
    spec,
    plan: context.plan,
    clone: renewing,
    sql: context.sql,
    clock: context.clock,
    admin,
    now,
    parties: new Map(),
    brakes: [],
    redact: await openRedaction(context.plan.bundle, admin),
    signal,
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

function notRun(spec: RunSpec, startedAt: string, durationMs: number, error: unknown): RunResult {
  const why = error instanceof Error ? error.message : String(error);
  return {
    spec,
    outcome: 'not-run',
    why,
    startedAt,
    cloneMs: 0,
    cloneMethod: 'copy',
    durationMs,
    attempts: [],
    before: unobserved(why),
    states: [],
    end: unobserved(why),
    lockWaits: [],
    cells: [],
    invariants: [],
    serverLog: [],
    backendsOomKilled: 0,
    weaknesses: [],
  };
}
