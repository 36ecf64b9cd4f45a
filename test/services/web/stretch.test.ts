import { describe, expect, it } from 'vitest';
import { quietTwin, readRun } from '../../../services/web/src/report/timeline/read-run.ts';
import { readStretch, slices } from '../../../services/web/src/report/timeline/stretch.ts';
import { sinceMigration } from '../../../services/web/src/report/timeline/time-scale.ts';
import { walBytesIn, walCurve } from '../../../services/web/src/report/timeline/wal-written.ts';
import type { LatencyMap } from '../../../shared/domain/load.ts';
import type { Report, ReportRun } from '../../../shared/domain/report.ts';
import { lockQueues } from '../../../shared/report/lock-queues.ts';
import { redReport } from '../../shared/report/reports.ts';

const latencyMap: LatencyMap = {
  ...{ fromMs: 5000, stepMs: 1000, latencyUpToMs: [10, 100, 1000] },
  counts: [
    [4, 1, 0, 0],
    [0, 0, 2, 1],
    [3, 0, 0, 0],
  ],
  failures: [
    { sqlstate: '55P03', counts: [0, 2, 0] },
    { sqlstate: '42703', counts: [0, 0, 1] },
  ],
};
const curve = (most: readonly (number | null)[]) => ({ fromMs: 5000, stepMs: 1000, most });

/** The run in which a lock was waited for, with everything that a run can have recorded. */
function recorded(): { readonly report: Report; readonly run: ReportRun } {
  const report = redReport();
  const found = report.runs.find(({ load }) => (load?.failed ?? 0) > 0);
  if (found?.load === undefined) throw new Error('no run with failures');
  const [queue] = lockQueues([
    {
      waiter: { role: 'traffic', applicationName: 'traffic', pid: 2 },
      blockers: [{ role: 'migration', applicationName: 'migration', pid: 1, ordinal: 3 }],
      ...{ startedAtMs: 6100, waitedMs: 800, relation: 'public.alerts', mode: 'RowExclusiveLock' },
    },
  ]);
  const run: ReportRun = {
    ...found,
    queues: queue === undefined ? [] : [queue],
    load: { ...found.load, latencyMap },
    standby: {
      ...{ lagBytesMax: 900, lagMsMax: 70, cancelledQueries: 0, replayBlockedMs: 0, sameSchema: true },
      lag: { bytes: curve([0, 900, 300]), ms: curve([0, 70, 20]) },
    },
    migration: found.migration.map((attempt) => ({
      ...attempt,
      memory: curve([10, null, 30]),
      statements: attempt.statements.map((statement) => ({ ...statement, walBytes: 100 * statement.ordinal })),
    })),
  };
  return { report, run };
}

describe('a stretch of a run', () => {
  const { report, run } = recorded();
  const reading = readRun(report, run);

  it('counts what lies in it, and nothing else', () => {
    const all = readStretch(reading, { fromMs: 0, toMs: 60_000 });
    expect(all).toMatchObject({ lag: { ms: 70, bytes: 900 }, memoryBytes: 30, waitedMsMax: 1990, queued: 1 });
    expect(all.traffic).toEqual({
      transactions: 11,
      slowestUpToMs: Number.POSITIVE_INFINITY,
      failures: [
        { sqlstate: '55P03', count: 2 },
        { sqlstate: '42703', count: 1 },
      ],
    });
    const late = readStretch(reading, { fromMs: 7000, toMs: 8000 });
    expect(late.traffic).toEqual({ transactions: 3, slowestUpToMs: 10, failures: [{ sqlstate: '42703', count: 1 }] });
    expect(late).toMatchObject({ lag: { ms: 20, bytes: 300 }, memoryBytes: 30, queued: 0 });
    expect(readStretch(reading, { fromMs: 90_000, toMs: 91_000 })).toMatchObject({ statements: 0, waited: 0 });
  });

  it('says nothing of what nobody recorded', () => {
    const old = report.runs.find(({ id }) => id === run.id);
    const stretch = readStretch(readRun(report, old ?? run), { fromMs: 0, toMs: 60_000 });
    expect(Object.keys(stretch)).toEqual(['fromMs', 'toMs', 'statements', 'waited', 'waitedMsMax', 'walBytes']);
    expect(readStretch(reading, { fromMs: 6000, toMs: 7000 }).memoryBytes).toBeUndefined();
  });

  it('falls into slices that count each transaction once', () => {
    const parts = slices(reading, { fromMs: 5000, toMs: 8000 }, 6);
    expect(parts.reduce((sum, { traffic }) => sum + (traffic?.transactions ?? 0), 0)).toBe(11);
  });

  it('counts the WAL of each statement once, and its curve ends at all of it', () => {
    const bars = reading.attempts.flatMap((one) => one.bars);
    const all = bars.reduce((sum, { statement }) => sum + statement.walBytes, 0);
    expect(all).toBeGreaterThan(0);
    expect(slices(reading, reading.whole, 7).reduce((sum, { walBytes }) => sum + walBytes, 0)).toBe(all);
    expect(walBytesIn(reading.attempts, { fromMs: 0, toMs: 1 })).toBe(0);
    const curve = walCurve(reading)?.most ?? [];
    expect(curve.at(-1)).toBe(all);
    expect(curve.map(Number)).toEqual(curve.map(Number).toSorted((left, right) => left - right));
  });

  it('is wide enough at first for all that was recorded beside the statements', () => {
    expect(reading.first.fromMs).toBeLessThanOrEqual(5000);
    expect(reading.whole.toMs).toBeGreaterThanOrEqual(8000);
  });

  it('is told from the first statement on', () => {
    expect([sinceMigration(900, 1000), sinceMigration(1000, 1000), sinceMigration(3400, 1000)]).toEqual([
      '−100 ms',
      '+0 ms',
      '+2.4 s',
    ]);
  });
});

describe('a statement beside the quiet run', () => {
  const { report, run } = recorded();
  const quiet = report.runs[0];
  if (quiet === undefined) throw new Error('no quiet run');
  const bars = readRun(report, run).attempts.flatMap((one) => one.bars);

  it('is the one with the same place and the same text', () => {
    const refused = bars.find(({ statement }) => statement.sqlstate === '55P03');
    if (refused === undefined) throw new Error('no refused statement');
    const twin = quietTwin(refused, readRun(report, quiet));
    expect(twin).toMatchObject({ ordinal: refused.statement.ordinal, sql: refused.statement.sql, waitedMs: 0 });
    expect(twin?.sqlstate).toBeUndefined();
    const other = { ...refused, statement: { ...refused.statement, sql: 'SELECT 1' } };
    expect(quietTwin(other, readRun(report, quiet))).toBeUndefined();
  });

  it('holds its lock from when it got it until as long after it asked as was measured', () => {
    const attempt = run.migration[0];
    const [first] = attempt?.statements ?? [];
    if (attempt === undefined || first === undefined) throw new Error('no statement');
    const lock = { relation: 'public.alerts', mode: 'AccessExclusiveLock', heldMs: 1600, source: 'held' } as const;
    const waited = { ...first, startedAtMs: 5000, durationMs: 1510, waitedMs: 1500, locks: [lock] };
    const [lane] = readRun(report, { ...run, migration: [{ ...attempt, statements: [waited] }] }).locks;
    expect(lane?.bars.map(({ kind, fromMs, toMs }) => [kind, fromMs, toMs])).toEqual([
      ['requested', 5000, 6500],
      ['held', 6500, 6600],
    ]);
  });
});
