import type { LatencyMap } from '../../shared/domain/load.ts';
import type { TrafficRecord } from './traffic-record.ts';

const stepsMax = 60;
const stepMsMin = 100;
/** Half a power of ten each: a healthy millisecond and an outage of seconds are told apart alike. */
const latencyUpToMs = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];
/** Codes of their own; whatever else failed is `other`. */
const sqlstatesMax = 5;

/** How many transactions took how long, by intended start, as coarse as a picture of it needs. */
export function mapLatencies(records: readonly TrafficRecord[]): LatencyMap | undefined {
  if (records.length === 0) return undefined;
  const first = records.reduce((least, { intendedAtMs }) => Math.min(least, intendedAtMs), Number.POSITIVE_INFINITY);
  const last = records.reduce((most, { intendedAtMs }) => Math.max(most, intendedAtMs), 0);
  const fromMs = Math.floor(first / stepMsMin) * stepMsMin;
  const stepMs = Math.ceil((last + 1 - fromMs) / stepsMax / stepMsMin) * stepMsMin;
  const steps = Math.floor((last - fromMs) / stepMs) + 1;
  const stepOf = ({ intendedAtMs }: TrafficRecord): number => Math.floor((intendedAtMs - fromMs) / stepMs);
  const counts = Array.from({ length: steps }, () => new Array<number>(latencyUpToMs.length + 1).fill(0));
  for (const record of records) {
    const tookMs = record.finishedAtMs - record.intendedAtMs;
    const bucket = latencyUpToMs.findIndex((ms) => tookMs <= ms);
    const column = counts[stepOf(record)];
    const at = bucket === -1 ? latencyUpToMs.length : bucket;
    if (column !== undefined) column[at] = (column[at] ?? 0) + 1;
  }
  return { fromMs, stepMs, latencyUpToMs, counts, failures: failuresOf(records, steps, stepOf) };
}

/** The commonest codes first. */
function failuresOf(
  records: readonly TrafficRecord[],
  steps: number,
  stepOf: (record: TrafficRecord) => number,
): LatencyMap['failures'] {
  const failed = records.filter(({ failure }) => failure !== null);
  const codes = [...Map.groupBy(failed, ({ failure }) => failure ?? '')]
    .toSorted(([a, ofA], [b, ofB]) => ofB.length - ofA.length || (a < b ? -1 : 1))
    .map(([code]) => code);
  const own = new Set(codes.slice(0, sqlstatesMax));
  const named = Map.groupBy(failed, ({ failure }) => (own.has(failure ?? '') ? (failure ?? '') : 'other'));
  return [...codes.slice(0, sqlstatesMax), 'other'].flatMap((sqlstate) => {
    const its = named.get(sqlstate);
    if (its === undefined) return [];
    const counts = new Array<number>(steps).fill(0);
    for (const record of its) counts[stepOf(record)] = (counts[stepOf(record)] ?? 0) + 1;
    return [{ sqlstate, counts }];
  });
}
