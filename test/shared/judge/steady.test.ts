import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { evidence, load } from '../../support/evidence.ts';
import { process, type SteadyChanges, steadyManifest, steadyRun, steadyRuns } from '../../support/steady-seen.ts';

function told(runs: readonly RunResult[], manifest = {}) {
  const { checks, findings, verdict } = judge(evidence({ manifest: { ...steadyManifest, ...manifest }, more: runs }));
  const check = checks.find(({ id }) => id === 'worse-steady-state');
  const finding = findings.find((one) => one.check === 'worse-steady-state');
  return {
    outcome: check?.outcome,
    reason: check?.reason,
    severity: finding?.severity,
    summary: finding?.summary,
    verdict,
  };
}
const withNext = (changes: SteadyChanges, before: SteadyChanges = {}) => told(steadyRuns(changes, before));
const own = (sqlstate: string, maxMs: number) =>
  process({ sqlErrors: [{ sqlstate, sql: 'SELECT 1 FROM alerts', count: 6, maxMs }] });
const clear = { outcome: 'clear', verdict: 'pass' };
const blocks = { outcome: 'found', severity: 'blocks', verdict: 'fail' };
const warns = { outcome: 'found', severity: 'warns', verdict: 'pass' };

describe('worse-steady-state', () => {
  test('a pair that is alike is clear', () => {
    expect(withNext({})).toMatchObject(clear);
  });

  test('errors of the traffic count where they come more than three times as often, above the budget', () => {
    const failing = (number: number) => ({ load: { failed: number, failedBySqlstate: { '23505': number } } });
    expect(withNext(failing(1))).toMatchObject(blocks);
    expect(withNext(failing(3), failing(1))).toMatchObject(clear);
    expect(withNext(failing(4), failing(1))).toMatchObject(blocks);
    const budgets = { blockedMs: 1000, slowMs: 500, failedTransactions: 5, migrationMs: 600_000, replicaLagMs: 5000 };
    expect(told(steadyRuns(failing(5)), { budgets })).toMatchObject(clear);
  });

  test('lock timeouts of next itself block; who is refused at once did not want to wait, and tools ask by failing', () => {
    expect(withNext({ steady: { processes: [own('55P03', 400)] } })).toMatchObject(blocks);
    expect(withNext({ steady: { processes: [own('55P03', 2)] } })).toMatchObject(warns);
    expect(withNext({ steady: { processes: [own('42P01', 1)] } })).toMatchObject(warns);
    const both = { steady: { processes: [own('55P03', 400)] } };
    expect(withNext(both, both)).toMatchObject(clear);
  });

  test('a probe that fails under traffic with next only blocks, one that fails with both alike does not', () => {
    const failing = (failed: number) => ({
      steady: { probes: [{ name: 'acknowledge an alert', asked: 80, failed, detail: 'status 500', p95Ms: 12 }] },
    });
    expect(withNext(failing(1))).toMatchObject(blocks);
    expect(withNext(failing(30), failing(20))).toMatchObject(clear);
  });

  test('a background process that ends blocks, unless it did so before', () => {
    const ended = { steady: { processes: [process(), process({ worker: 'feed job', endedByItself: 1 })] } };
    expect(withNext(ended)).toMatchObject({
      ...blocks,
      summary: expect.stringContaining('“feed job” did not stay alive'),
    });
    expect(withNext(ended, ended)).toMatchObject(clear);
  });

  test('latency blocks above the budget and three times what it was; neither alone does', () => {
    const second = (atMs: number, maxMs: number) => ({ atMs, transactions: 5, failed: 0, p50Ms: 2, maxMs });
    const p99 = (ms: number, seconds = 4) => ({
      load: {
        latencyMs: { p50: 2, p95: 5, p99: ms, max: ms },
        series: Array.from({ length: 40 }, (_, at) => second(at * 250, at < seconds * 4 ? ms : 3)),
      },
    });
    expect(withNext(p99(900))).toMatchObject(blocks);
    expect(withNext(p99(900), p99(400))).toMatchObject(clear);
    expect(withNext(p99(400), p99(1))).toMatchObject(clear);
    // One moment in which the machine stood still is none of next's.
    expect(withNext(p99(900, 2))).toMatchObject(clear);
  });

  test('a statement of next that became slow is named', () => {
    const taking = (ms: number) => ({
      steady: { processes: [process({ shapes: [{ sql: 'SELECT * FROM alerts', count: 40, p95Ms: ms, maxMs: ms }] })] },
    });
    expect(withNext(taking(700), taking(20))).toMatchObject({
      ...blocks,
      summary: expect.stringContaining('“SELECT * FROM alerts” of the version itself took 700 ms'),
    });
  });

  test('a probe that is asked the less often the slower it is has samples enough', () => {
    const probes = (asked: number, p95Ms: number) => ({
      steady: { probes: [{ name: 'acknowledge an alert', asked, failed: 0, p95Ms }] },
    });
    expect(withNext(probes(2, 9_000), probes(120, 12))).toMatchObject(blocks);
    expect(withNext(probes(15, 9_000), probes(25, 12))).toMatchObject(clear);
    expect(withNext(probes(2, 9_000), probes(19, 12))).toMatchObject(clear);
    expect(withNext(probes(0, 0), probes(120, 12))).toMatchObject({
      ...{ outcome: 'undetermined', verdict: 'inconclusive' },
      reason: expect.stringContaining('“acknowledge an alert” was not asked once'),
    });
  });

  test('a plan that still did not fit after it was prepared again is an error like others', () => {
    expect(withNext({ load: { failed: 9, failedBySqlstate: { '0A000': 9 } } })).toMatchObject(blocks);
  });

  test('many more connections warn', () => {
    const holding = (connectionsMax: number) => ({ steady: { connectionsMax } });
    expect(withNext(holding(60), holding(5))).toMatchObject(warns);
    expect(withNext(holding(20), holding(5))).toMatchObject(clear);
  });
});

describe('worse-steady-state without evidence', () => {
  const open = { outcome: 'undetermined', verdict: 'inconclusive' };

  test('runs that did not take place, or were never planned, prove nothing', () => {
    expect(told([])).toMatchObject(open);
    expect(told([steadyRun('previous')])).toMatchObject(open);
    const notRun = { run: { outcome: 'not-run', why: 'the engine went away' } } as const;
    expect(told([steadyRun('previous'), steadyRun('next', notRun)])).toMatchObject(open);
  });

  test('a run whose generator was late proves no latency, and no pass', () => {
    const late = { lagMsP99: 600, latencyMs: { p50: 2, p95: 5, p99: 1900, max: 2000 } };
    expect(withNext({ load: late })).toMatchObject({ ...open, reason: expect.stringContaining('late') });
  });

  test('a run that was late still tells of the errors that the server told', () => {
    expect(withNext({ load: { lagMsP99: 600, failed: 9, failedBySqlstate: { '55P03': 9 } } })).toMatchObject(blocks);
  });

  test('a version that never asked its database, or did not become ready, is no evidence', () => {
    expect(withNext({ steady: { processes: [process({ statements: 0 })] } })).toMatchObject(open);
    expect(withNext({}, { steady: { ready: false } })).toMatchObject(open);
  });

  test('traffic that previous could not serve either compares with nothing', () => {
    const failing = { load: load({ failed: 600, achievedRate: 15, failedBySqlstate: { '55P03': 600 } }) };
    expect(withNext(failing, failing)).toMatchObject(open);
  });

  test('transactions that next made fail are no lack of traffic', () => {
    const { findings } = judge(
      evidence({
        manifest: steadyManifest,
        more: steadyRuns({
          load: {
            ...{ failed: 450, achievedRate: 25, failedBySqlstate: { '55P03': 450 } },
            coverage: [{ relation: 'public.alerts', planned: 300, seen: 150 }],
          },
        }),
      }),
    );
    expect(findings.map(({ check }) => check)).toEqual(['worse-steady-state']);
  });

  test('where nobody asked, the question does not arise', () => {
    expect(told([], { steadyMs: 0 })).toMatchObject({ outcome: 'not-applicable', verdict: 'pass' });
  });
});
