import { expect, test } from 'vitest';
import { coverageOf } from '../../../workers/load/coverage.ts';
import { measureTraffic } from '../../../workers/load/measure-traffic.ts';
import type { TrafficTemplate } from '../../../workers/load/traffic-plan.ts';
import type { TrafficRecord } from '../../../workers/load/traffic-record.ts';

const record = (intendedAtMs: number, tookMs: number, rest: Partial<TrafficRecord> = {}): TrafficRecord => ({
  intendedAtMs,
  queuedAtMs: intendedAtMs + 1,
  finishedAtMs: intendedAtMs + tookMs,
  template: 0,
  failure: null,
  wrote: true,
  ...rest,
});

test('the baseline is what ended before the first phase; what straddles it belongs to the phase', () => {
  const records = [
    record(0, 5),
    record(10, 5, { failure: '23505' }),
    record(90, 3000),
    record(200, 7),
    record(250, 8, { failure: '55P03' }),
  ];
  const measured = measureTraffic(records, 100);
  expect(measured).toMatchObject({ transactions: 3, failed: 1, failedBySqlstate: { '55P03': 1 } });
  expect(measured.baselineFailedBySqlstate).toEqual({ '23505': 1 });
  expect(measured.latencyMs.max).toBe(3000);
  expect(measured.baselineLatencyMs.max).toBe(5);
  expect(measured.lagMsP99).toBeCloseTo(1, 2);
  expect(measured.series.map(({ atMs, transactions, failed }) => [atMs, transactions, failed])).toEqual([
    [0, 3, 1],
    [200, 2, 1],
  ]);
});

test('without a mark there is no baseline, and without traffic everything is zero', () => {
  expect(measureTraffic([record(0, 5)], null)).toMatchObject({ transactions: 1, baselineLatencyMs: { max: 0 } });
  expect(measureTraffic([], 100)).toMatchObject({ transactions: 0, latencyMs: { p99: 0 }, series: [] });
});

const template: TrafficTemplate = {
  kind: 'declared',
  weight: 1,
  for: 'both',
  parts: [],
  writes: [{ relation: 'public.t', rows: 2 }],
};

const counts = (rows: number, oid = 1) => new Map([['public.t', { oid, rows }]]);

test.each([
  ['all are seen', counts(0), counts(20), { planned: 8, seen: 4 }],
  ['the server saw fewer', counts(0), counts(3), { planned: 8, seen: 3 }],
  ["the migration's own writes do not inflate it", counts(0), counts(10_000), { planned: 8, seen: 4 }],
  ['a table made anew keeps our count', counts(50), counts(0, 2), { planned: 8, seen: 4 }],
  ['statistics lost in a crash keep our count', counts(50), counts(1), { planned: 8, seen: 4 }],
  ['a dropped table keeps our count', counts(50), new Map(), { planned: 8, seen: 4 }],
] as const)('coverage: %s', (_what, before, after, expected) => {
  const failed = record(0, 1, { failure: 'connection' });
  const nothingToWrite = record(0, 1, { wrote: false });
  const records = [record(0, 1), record(0, 1), failed, failed, nothingToWrite];
  expect(coverageOf(['public.t'], [template], records, before, after)).toEqual([{ relation: 'public.t', ...expected }]);
});
