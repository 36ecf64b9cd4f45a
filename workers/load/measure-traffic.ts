import { build } from 'hdr-histogram-js';
import type { LatencyMap, LatencyMs, LoadSecond } from '../../shared/domain/load.ts';
import { mapLatencies } from './map-latencies.ts';
import type { TrafficRecord } from './traffic-record.ts';

export interface TrafficMeasures {
  readonly transactions: number;
  readonly failed: number;
  readonly failedBySqlstate: Readonly<Record<string, number>>;
  readonly baselineFailedBySqlstate: Readonly<Record<string, number>>;
  readonly latencyMs: LatencyMs;
  readonly baselineLatencyMs: LatencyMs;
  readonly lagMsP99: number;
  readonly series: readonly LoadSecond[];
  readonly latencyMap?: LatencyMap;
}

const bucketMs = 100;

/**
 * Counts and latencies from the intended start. The baseline is what began and ended before the first phase
 * (`phaseBeganAtMs`; null: there is none); counts and latencies are of all else, the series and
 * the map are of everything.
 */
export function measureTraffic(records: readonly TrafficRecord[], phaseBeganAtMs: number | null): TrafficMeasures {
  const isBaseline = (record: TrafficRecord): boolean =>
    phaseBeganAtMs !== null && record.intendedAtMs < phaseBeganAtMs && record.finishedAtMs <= phaseBeganAtMs;
  const baseline = records.filter(isBaseline);
  const during = records.filter((record) => !isBaseline(record));
  const latencyMap = mapLatencies(records);
  return {
    transactions: during.length,
    failed: during.filter((record) => record.failure !== null).length,
    failedBySqlstate: countFailures(during),
    baselineFailedBySqlstate: countFailures(baseline),
    latencyMs: latencyOf(during.map(latencyMs)),
    baselineLatencyMs: latencyOf(baseline.map(latencyMs)),
    lagMsP99: latencyOf(records.map((record) => Math.max(0, record.queuedAtMs - record.intendedAtMs))).p99,
    series: seriesOf(records),
    ...(latencyMap === undefined ? {} : { latencyMap }),
  };
}

const latencyMs = (record: TrafficRecord): number => record.finishedAtMs - record.intendedAtMs;

function countFailures(records: readonly TrafficRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { failure } of records) {
    if (failure !== null) counts[failure] = (counts[failure] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Three significant digits; microseconds inside, so that fast transactions are told apart. */
function latencyOf(durationsMs: readonly number[]): LatencyMs {
  const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 86_400_000_000 });
  for (const ms of durationsMs) histogram.recordValue(Math.max(0, Math.round(ms * 1000)));
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000;
  if (durationsMs.length === 0) return { p50: 0, p95: 0, p99: 0, max: 0 };
  return {
    p50: at(50),
    p95: at(95),
    p99: at(99),
    max: Math.max(...durationsMs.map((ms) => Math.round(ms * 1000) / 1000)),
  };
}

function seriesOf(records: readonly TrafficRecord[]): readonly LoadSecond[] {
  const buckets = Map.groupBy(records, (record) => Math.floor(record.intendedAtMs / bucketMs));
  return [...buckets]
    .sort(([left], [right]) => left - right)
    .map(([bucket, its]) => {
      const { p50, max } = latencyOf(its.map(latencyMs));
      const failed = its.filter((record) => record.failure !== null).length;
      return { atMs: bucket * bucketMs, transactions: its.length, failed, p50Ms: p50, maxMs: max };
    });
}
