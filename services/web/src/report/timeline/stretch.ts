import type { LatencyMap } from '../../../../../shared/domain/load.ts';
import type { SteppedMaxima } from '../../../../../shared/domain/series.ts';
import type { RunReading } from './read-run.ts';
import { overlaps, type Span } from './time-scale.ts';
import { walBytesIn } from './wal-written.ts';

/** What the charts show of one stretch of time, in figures. */
export interface Stretch extends Span {
  readonly statements: number;
  readonly waited: number;
  readonly waitedMsMax: number;
  /** Absent where the run had no traffic, or nobody kept it by latency. */
  readonly traffic?: StretchTraffic;
  readonly lag?: { readonly ms: number; readonly bytes: number };
  readonly memoryBytes?: number;
  /** Sessions in the longest queue; absent where nobody was seen waiting in this run. */
  readonly queued?: number;
  readonly walBytes: number;
}

export interface StretchTraffic {
  readonly transactions: number;
  /** Upper end of the slowest bucket; infinite: beyond the last one. */
  readonly slowestUpToMs: number;
  readonly failures: readonly { readonly sqlstate: string; readonly count: number }[];
}

export function readStretch({ attempts, run }: RunReading, span: Span): Stretch {
  const bars = attempts.flatMap((one) => one.bars).filter((bar) => overlaps(bar, span));
  const waits = bars.filter(({ statement }) => statement.waitedMs >= 1);
  const map = run.load?.latencyMap;
  const lag = run.standby?.lag;
  const lagMs = lag && most(lag.ms, span);
  const lagBytes = lag && most(lag.bytes, span);
  const memory = attempts.flatMap(({ attempt }) => (attempt.memory && most(attempt.memory, span)) ?? []);
  const { queues } = run;
  return {
    fromMs: span.fromMs,
    toMs: span.toMs,
    statements: bars.length,
    waited: waits.length,
    waitedMsMax: waits.reduce((longest, { statement }) => Math.max(longest, statement.waitedMs), 0),
    ...(map === undefined ? {} : { traffic: trafficIn(map, span) }),
    ...(lagMs === undefined || lagBytes === undefined ? {} : { lag: { ms: lagMs, bytes: lagBytes } }),
    ...(memory.length === 0 ? {} : { memoryBytes: Math.max(...memory) }),
    ...(queues && { queued: Math.max(...queues.map(({ atOnce }) => most(atOnce, span) ?? 0)) }),
    walBytes: walBytesIn(attempts, span),
  };
}

/** The stretch in so many equal parts: the charts as a table. */
export function slices(reading: RunReading, { fromMs, toMs }: Span, count: number): readonly Stretch[] {
  const partMs = (toMs - fromMs) / count;
  return Array.from({ length: count }, (_, at) => {
    // What lies on a border belongs to the part that begins there.
    const end = fromMs + (at + 1) * partMs - (at === count - 1 ? 0 : 1e-6);
    return readStretch(reading, { fromMs: fromMs + at * partMs, toMs: end });
  });
}

function trafficIn({ fromMs, stepMs, latencyUpToMs, counts, failures }: LatencyMap, span: Span): StretchTraffic {
  const isIn = (_: unknown, step: number): boolean => centreIn(fromMs, stepMs, step, span);
  const columns = counts.filter(isIn);
  const slowest = columns.reduce(
    (top, column) =>
      Math.max(
        top,
        column.findLastIndex((count) => count > 0),
      ),
    -1,
  );
  return {
    transactions: columns.reduce((all, column) => all + sum(column), 0),
    slowestUpToMs: slowest === -1 ? 0 : (latencyUpToMs[slowest] ?? Number.POSITIVE_INFINITY),
    failures: failures
      .map(({ sqlstate, counts: ofCode }) => ({ sqlstate, count: sum(ofCode.filter(isIn)) }))
      .filter(({ count }) => count > 0),
  };
}

/** Undefined where nobody looked in that time. */
function most({ fromMs, stepMs, most: all }: SteppedMaxima, span: Span): number | undefined {
  const seen = all.filter((value, step) => value !== null && centreIn(fromMs, stepMs, step, span));
  return seen.length === 0 ? undefined : Math.max(...seen.map(Number));
}

function centreIn(fromMs: number, stepMs: number, step: number, span: Span): boolean {
  const centreMs = fromMs + (step + 0.5) * stepMs;
  return centreMs >= span.fromMs && centreMs <= span.toMs;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
