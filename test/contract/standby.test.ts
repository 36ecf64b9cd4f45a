import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReportRun } from '../../shared/domain/report.ts';
import { libraryBundle } from '../support/contract-bundles.ts';
import { type Rehearsed, rehearsed, summaryOf } from '../support/rehearsed.ts';
import { reportMismatches } from '../support/report-shape.ts';
import { type Directory, writtenBundle } from '../support/vendor.ts';

/** Any lag is too much, so that it is found whatever the machine does. */
const impatient = libraryBundle(
  {
    migrate: [{ name: 'pre-deploy', sql: ['migrations/*.sql'], ledger: 'none' }],
    budgets: { replicaLag: '1ms' },
  },
  { 'migrations/1.sql': "SET LOCAL lock_timeout = '600ms';\nALTER TABLE books ADD COLUMN shelf text;\n" },
);

describe('standby runs (CONTRACT 4)', () => {
  let bundle: Directory;
  let rehearsal: Rehearsed;
  beforeAll(async () => {
    bundle = await writtenBundle(impatient);
    rehearsal = await rehearsed(bundle.dir, ['--host', 'process', '--only', 'control,standby']);
  });
  afterAll(async () => {
    await rehearsal?.[Symbol.asyncDispose]();
    await bundle?.[Symbol.asyncDispose]();
  });

  test('"standby?: { lagBytesMax, lagMsMax, cancelledQueries, replayBlockedMs, sameSchema }"', () => {
    const { report } = rehearsal;
    expect(reportMismatches(report)).toEqual([]);
    const [run, ...others] = report.runs.filter(({ scenario }) => scenario === 'standby');
    expect(others).toEqual([]);
    expect(run, summaryOf(report)).toMatchObject({ outcome: 'completed', startsFrom: 'before' });
    const measured = ['lagBytesMax', 'lagMsMax', 'cancelledQueries', 'replayBlockedMs'] as const;
    for (const name of measured) expect(run?.standby?.[name]).toBeGreaterThanOrEqual(0);
    expect(run?.standby?.sameSchema).toBe(true);
    const withStandby = (other: ReportRun) => other.standby !== undefined;
    expect(report.runs.filter(withStandby).map(({ scenario }) => scenario)).toEqual(['standby']);
  });

  test('"budgets: { … replicaLag: 5s }": what is later than its own budget is found', () => {
    const { report } = rehearsal;
    const found = report.findings.filter(({ check }) => check === 'replication-lag');
    expect(found, summaryOf(report)).toMatchObject([{ severity: 'warns', scenario: 'standby', phase: 'pre-deploy' }]);
    expect(report.notTested.map(({ what }) => what).join()).not.toContain('replicaLag');
  });
});
