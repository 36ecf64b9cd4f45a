import type { AppName, Load } from '../../shared/domain/bundle.ts';
import type { LoadObservation } from '../../shared/domain/load.ts';
import type { LockWait } from '../../shared/domain/lock.ts';
import type { TrafficTarget } from '../../shared/domain/run.ts';
import { type ServerAddress, type Sql, SqlError } from '../../shared/edge/ports/sql.ts';
import { blockedTraffic, type Interval } from './blocked-traffic.ts';
import { coverageOf, readWriteCounts, type WriteCounts } from './coverage.ts';
import { startGenerator } from './generator.ts';
import { measureTraffic } from './measure-traffic.ts';
import { planTraffic } from './plan-traffic.ts';
import { untilTrafficIsGone } from './until-traffic-is-gone.ts';

export interface TrafficOptions {
  readonly sql: Sql;
  /** Superuser, to read statistics and settings. */
  readonly admin: ServerAddress;
  /** Who the traffic is. */
  readonly apps: ServerAddress;
  readonly load: Pick<Load, 'ratePerSecond' | 'statements'>;
  /** Tables that generated statements write and read. */
  readonly targets: readonly TrafficTarget[];
  readonly seed: number;
  /** Ms from the run's start. */
  readonly now: () => number;
}

/** Leaving its scope stops it. */
export interface Traffic extends AsyncDisposable {
  /** The first phase begins now: what ended before is the baseline. */
  markPhaseBegin(): void;
  /** Whose declared statements are sent from now on; those of `previous` at first. */
  setVersions(versions: readonly AppName[]): void;
  /** Ends it within `drainMs` and a few seconds; safe to repeat. */
  stop(options?: { readonly drainMs?: number }): Promise<MeasuredTraffic>;
}

/** All of a LoadObservation but what the lock sampler knows. */
export type MeasuredTraffic = Omit<
  LoadObservation,
  'blockedMs' | 'blockedMsMax' | 'blockedTransactions' | 'queueDepthMax'
> & {
  /** Most arrivals that waited for a free connection at the same moment. */
  readonly arrivalQueueMax: number;
};

const defaultDrainMs = 10_000;

/** Open-loop traffic on a thread and connections of its own; resolves when it flows. */
export async function startTraffic(options: TrafficOptions): Promise<Traffic> {
  const plan = await planTraffic(options);
  const relations = plan.coveredRelations;
  await using admin = await options.sql.connect(options.admin, 'rehearsal/load');
  await untilTrafficIsGone(admin);
  const before = await readWriteCounts(admin, relations);
  const generator = await startGenerator(plan, options.now);
  const startedAtMs = options.now();
  let phaseBeganAtMs: number | null = null;

  const finish = async (drainMs: number): Promise<MeasuredTraffic> => {
    const { records, arrivalQueueMax, preparedAgain, stoppedAtMs } = await generator.stop(drainMs);
    const after = await readAfterwards(options, relations);
    const committed = records.filter((record) => record.failure === null).length;
    return {
      ...measureTraffic(records, phaseBeganAtMs),
      plannedRate: options.load.ratePerSecond,
      achievedRate: committed / Math.max(0.001, (stoppedAtMs - startedAtMs) / 1000),
      coverage: coverageOf(relations, plan.templates, records, before, after),
      preparedAgain,
      arrivalQueueMax,
    };
  };
  let finished: Promise<MeasuredTraffic> | undefined;
  const stop: Traffic['stop'] = ({ drainMs = defaultDrainMs } = {}) => {
    finished ??= finish(drainMs);
    return finished;
  };
  return {
    markPhaseBegin: () => {
      phaseBeganAtMs ??= options.now();
    },
    setVersions: (versions) => generator.setVersions(versions),
    stop,
    // Whoever leaves without asking for the result wants it gone, not to hear what went wrong with it.
    [Symbol.asyncDispose]: async () => {
      await (finished ?? generator.stop(0)).then(
        () => undefined,
        () => undefined,
      );
    },
  };
}

/** Nothing where the server is gone: then what we committed is all that is known. */
async function readAfterwards({ sql, admin }: TrafficOptions, relations: readonly string[]): Promise<WriteCounts> {
  try {
    await using session = await sql.connect(admin, 'rehearsal/load');
    await untilTrafficIsGone(session);
    return await readWriteCounts(session, relations);
  } catch (error) {
    if (error instanceof SqlError && (error.sqlstate === undefined || error.sqlstate.startsWith('57P')))
      return new Map();
    throw error;
  }
}

/** The whole observation: what the generator measured and how long it stood behind the migration's locks. */
export function observeLoad(
  { arrivalQueueMax, ...measured }: MeasuredTraffic,
  waits: readonly LockWait[],
  heldByUs: readonly Interval[] = [],
): LoadObservation {
  const blocked = blockedTraffic(waits, heldByUs);
  // Who found no free connection stood in the same queue, only on the client's side.
  const queueDepthMax = blocked.queueDepthMax === 0 ? 0 : blocked.queueDepthMax + arrivalQueueMax;
  return { ...measured, ...blocked, queueDepthMax };
}
