import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { assembleReport } from '../../../shared/report/assemble-report.ts';
import * as green from '../../support/evidence.ts';
import { reportMismatches } from '../../support/report-shape.ts';
import { greenReport, redEvidence, redReport, reportOf } from './reports.ts';

/** CONTRACT section 4, in its order; a field that the contract does not name is an addition, and named here. */
const fields = {
  report:
    'reportVersion rehearsalId service version previous environment seed verdict sentence harm startedAt durationMs digests snapshot host runs compatibility findings checks recovery notTested',
  digests: 'bundle snapshot rules previousApp nextApp',
  snapshot: 'name version dataAsOf bytes cloneMethod',
  host: 'kind postgres memoryLimit cpus memoryBytes',
  run: 'id scenario startsFrom outcome cloneMs durationMs migration',
  fault: 'kind phase ordinal moment mode relation',
  aftermath: 'schemaEqual ledgerEqual leftovers previousStarts nextStarts retry',
  attempt: 'phase attempt exitCode oomKilled timedOut durationMs statements',
  statement: 'ordinal sql startedAtMs durationMs waitedMs transaction rows locks rewrote walBytes',
  load: 'plannedRate achievedRate transactions failed failedBySqlstate latencyMs baselineLatencyMs blockedMs blockedMsMax queueDepthMax lagMsP99 coverage series',
} as const;
const additions = { fault: 'heldMs', load: 'baselineFailedBySqlstate blockedTransactions' } as const;
const sorted = (names: string) => names.split(' ').sort();
const keys = (value: object | undefined) => Object.keys(value ?? {}).sort();

describe('report.json', () => {
  it('has the shape that the contract fixes, red and green', () => {
    expect(reportMismatches(greenReport())).toEqual([]);
    expect(reportMismatches(redReport())).toEqual([]);
  });

  it('has the fields of the contract and no others', () => {
    const report = redReport();
    const contended = report.runs.find(({ id }) => id === green.contentionId);
    const quiet = report.runs.find(({ id }) => id === 'control');
    expect(keys(report)).toEqual(sorted(fields.report));
    expect(keys(report.digests)).toEqual(sorted(fields.digests));
    expect(keys(report.snapshot)).toEqual(sorted(fields.snapshot));
    expect(keys(report.host)).toEqual(sorted(fields.host));
    expect(keys(quiet)).toEqual(sorted(fields.run));
    expect(keys(contended)).toEqual(sorted(`${fields.run} fault aftermath load`));
    expect(keys(contended?.fault)).toEqual(sorted(`${fields.fault} ${additions.fault}`));
    expect(keys(contended?.aftermath)).toEqual(sorted(fields.aftermath));
    expect(keys(contended?.load)).toEqual(sorted(`${fields.load} ${additions.load}`));
    expect(keys(quiet?.migration[0])).toEqual(sorted(fields.attempt));
    expect(keys(quiet?.migration[0]?.statements[0])).toEqual(sorted(fields.statement));
    expect(keys(quiet?.migration[0]?.statements[2])).toEqual(sorted(`${fields.statement} file line`));
    expect(keys(contended?.migration[0]?.statements[2])).toEqual(sorted(`${fields.statement} sqlstate message`));
  });

  it('says who was rehearsed, on what, and where', () => {
    const evidence = redEvidence();
    expect(reportOf(evidence)).toMatchObject({
      reportVersion: 1,
      rehearsalId: evidence.rehearsalId,
      service: 'pager',
      version: '2.0',
      previous: '1.9',
      environment: 'production',
      seed: 7,
      verdict: 'fail',
      startedAt: evidence.startedAt,
      digests: { bundle: evidence.bundle.digest, snapshot: evidence.snapshot.digest, rules: evidence.rules.digest },
      snapshot: { name: 'pager', version: '1', bytes: 40_000_000, cloneMethod: 'reflink' },
      host: evidence.host,
      compatibility: { overlap: 'rolling' },
    });
  });

  it('takes along what was recorded over time, and stands without it where evidence is older', () => {
    const evidence = redEvidence();
    const curve = { fromMs: 0, stepMs: 50, most: [1, null, 3] };
    const latencyMap = { fromMs: 0, stepMs: 100, latencyUpToMs: [1], counts: [[2, 0]], failures: [] };
    const runs = evidence.runs.map((run) => ({
      ...run,
      attempts: run.attempts.map((attempt) => ({ ...attempt, memory: curve })),
      ...(run.load === undefined ? {} : { load: { ...run.load, latencyMap } }),
    }));
    const report = reportOf({ ...evidence, runs });
    expect(reportMismatches(report)).toEqual([]);
    const contended = report.runs.find(({ id }) => id === green.contentionId);
    expect(contended?.load?.latencyMap).toEqual(latencyMap);
    expect(contended?.migration[0]?.memory).toEqual(curve);
    const { sentence, findings } = reportOf(evidence);
    expect(report).toMatchObject({ sentence, findings });
  });

  it('gives every judgement as it was made', () => {
    const evidence = redEvidence();
    const { findings, checks, cells, recovery, harm } = judge(evidence);
    expect(findings.length).toBeGreaterThan(0);
    expect(reportOf(evidence)).toMatchObject({ findings, checks, recovery, harm, compatibility: { cells } });
  });

  it('tells of every planned run, also of one that did not happen', () => {
    const evidence = green.evidence({ runs: { 'under-load': null } });
    const report = reportOf(evidence);
    expect(report.runs.map(({ id }) => id)).toEqual(evidence.planned.map(({ id }) => id));
    expect(report.runs.find(({ id }) => id === 'under-load')).toMatchObject({ outcome: 'not-run', migration: [] });
    expect(reportMismatches(report)).toEqual([]);
  });

  it('says what a stressed run left and whether running it again helped', () => {
    const run = redReport().runs.find(({ id }) => id === green.contentionId);
    expect(run?.aftermath).toEqual({
      schemaEqual: false,
      ledgerEqual: false,
      leftovers: ['trigger public.alerts.alerts_log'],
      previousStarts: true,
      nextStarts: true,
      retry: { exitCode: 0, converged: false },
    });
    expect(run?.migration.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('calls a rehearsal with one full copy a copy', () => {
    const evidence = green.evidence({ runs: { control: (run) => ({ ...run, cloneMethod: 'copy' }) } });
    expect(reportOf(evidence).snapshot.cloneMethod).toBe('copy');
    const control = (run: RunResult): RunResult => ({ ...run, outcome: 'not-run', cloneMethod: 'copy' });
    expect(reportOf(green.evidence({ runs: { control } })).snapshot.cloneMethod).toBe('reflink');
  });

  it('is the same for the same evidence, and survives a journey as JSON', () => {
    const evidence = redEvidence();
    const travelled: typeof evidence = JSON.parse(JSON.stringify(evidence));
    expect(assembleReport(travelled, judge(travelled))).toEqual(reportOf(evidence));
  });
});

it('a locked table to which no write could be sent is told, not passed over', () => {
  const given = green.evidence({
    runs: {
      'under-load': (run) => ({
        ...run,
        load: green.load({ coverage: [{ relation: 'public.empty', planned: 0, seen: 0 }] }),
      }),
    },
  });
  const told = assembleReport(given, judge(given)).notTested.map(({ what }) => what);
  expect(told).toContain('writes to public.empty under load');
});
