import { describe, expect, it } from 'vitest';
import { mapLatencies } from '../../../workers/load/map-latencies.ts';
import type { TrafficRecord } from '../../../workers/load/traffic-record.ts';

const record = (intendedAtMs: number, tookMs: number, failure: string | null = null): TrafficRecord => ({
  ...{ intendedAtMs, queuedAtMs: intendedAtMs, finishedAtMs: intendedAtMs + tookMs },
  ...{ template: 0, failure, wrote: true },
});

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

describe('traffic as a map of time and latency', () => {
  it('counts each transaction once, where it was due and by how long it took', () => {
    const map = mapLatencies([record(1010, 0.4), record(1020, 1), record(1199, 2000), record(1340, 60_000)]);
    expect(map).toMatchObject({ fromMs: 1000, stepMs: 100 });
    const { latencyUpToMs = [], counts = [] } = map ?? {};
    expect(counts.map(sum)).toEqual([2, 1, 0, 1]);
    expect(counts[0]?.[0]).toBe(2);
    expect(counts[1]?.[latencyUpToMs.indexOf(3000)]).toBe(1);
    expect(counts[3]?.[latencyUpToMs.length]).toBe(1);
  });

  it('tells what failed by its code, step by step, and rare codes together', () => {
    const codes = ['55P03', '57014', '40001', '23505', '42703', '0A000', '22P02'];
    const records = codes.flatMap((code, at) =>
      Array.from({ length: 10 - at }, (_, of) => record(of * 100, 5, code)).concat(record(0, 1)),
    );
    const failures = mapLatencies(records)?.failures ?? [];
    expect(failures.map(({ sqlstate }) => sqlstate)).toEqual([...codes.slice(0, 5), 'other']);
    expect(failures[0]?.counts).toEqual(Array(10).fill(1));
    expect(sum(failures.flatMap(({ counts }) => counts))).toBe(sum(codes.map((_, at) => 10 - at)));
  });

  it('is of one size whether it lasts a second or an hour, so that hundreds of runs fit into a report', () => {
    const codes = ['55P03', '57014', '40001', '23505', '42703', '0A000'];
    const hour = Array.from({ length: 36_000 }, (_, at) => record(at * 100, at % 20_000, codes[at % codes.length]));
    const map = mapLatencies(hour);
    expect(map?.counts.length).toBeLessThanOrEqual(60);
    expect(sum(map?.counts.map(sum) ?? [])).toBe(hour.length);
    expect(JSON.stringify(map).length * 300).toBeLessThan(2_000_000);
  });

  it('is not there where nothing was sent', () => {
    expect(mapLatencies([])).toBeUndefined();
  });
});
