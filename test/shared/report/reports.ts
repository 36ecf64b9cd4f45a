import type { Finding } from '../../../shared/domain/finding.ts';
import { parseRunId } from '../../../shared/domain/ids.ts';
import type { Evidence, RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import type { Report } from '../../../shared/domain/report.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { assembleReport } from '../../../shared/report/assemble-report.ts';
import * as green from '../../support/evidence.ts';
import { state, trigger } from '../../support/schema.ts';

export const greenReport = (): Report => reportOf(green.evidence());

export const reportOf = (evidence: Evidence): Report => assembleReport(evidence, judge(evidence));

const leftover = trigger('public.alerts.alerts_log', 'CREATE TRIGGER alerts_log …');

/** The contention run loses its lock, goes on, exits 0 and leaves a trigger; running it again does not help. */
function swallowed(run: RunResult): RunResult {
  const refused = green.statement(3, 'ALTER TABLE alerts ADD COLUMN seen_at timestamptz', {
    startedAtMs: 6_030,
    durationMs: 2_000,
    waitedMs: 1_990,
    sqlstate: '55P03',
    message: 'canceling statement due to lock timeout',
  });
  const [begin, set, , insert, commit] = green.firstFile;
  const statements = [begin, set, refused, insert, commit].flatMap((one) => (one === undefined ? [] : [one]));
  const end = state([...green.objects.base, leftover], ['0022', '0023']);
  const cell = green.cell('next', 'fresh', green.points.after, {
    inRun: parseRunId(green.contentionId),
    probes: [{ name: 'acknowledge an alert', outcome: 'fail', detail: 'status 500, expected 200' }],
    sqlErrors: [{ sqlstate: '42703', message: 'column "…" does not exist', sql: 'UPDATE alerts SET …', count: 2 }],
  });
  return {
    ...run,
    attempts: [green.attempt({ statements })],
    end: observed(end),
    load: green.load({
      failed: 3,
      failedBySqlstate: { '55P03': 3 },
      blockedMs: 70_000,
      blockedMsMax: 2_013,
      blockedTransactions: 61,
      queueDepthMax: 99,
      series: Array.from({ length: 80 }, (_, step) => ({
        atMs: 4_000 + step * 100,
        transactions: 5,
        failed: step === 40 ? 3 : 0,
        p50Ms: 2,
        maxMs: step >= 20 && step < 40 ? 2_000 - (step - 20) * 100 : 4,
      })),
    }),
    aftermath: green.aftermath([], {
      cells: [cell],
      retry: { attempts: [green.attempt({ attempt: 2, statements: [] })], end: observed(end) },
    }),
  };
}

export const redEvidence = (): Evidence => green.evidence({ runs: { [green.contentionId]: swallowed } });
export const redReport = (): Report => reportOf(redEvidence());

export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    check: 'swallowed-error',
    severity: 'blocks',
    title: 'pre-deploy exits 0 although “ALTER TABLE alerts …” was refused with 55P03',
    summary: 'The server refused it and the command exited 0.',
    scenario: 'contention',
    phase: 'pre-deploy',
    ordinal: 3,
    file: 'migrations/0023.up.sql',
    line: 4,
    relation: 'public.alerts',
    evidence: { runs: [parseRunId(green.contentionId)] },
    remedy: { text: 'Exit non-zero:', sql: 'BEGIN;\nSELECT 1;\nCOMMIT;' },
    ...changes,
  };
}

/** Everything in a report that is a string and not ours: names, SQL, messages, file names. */
export function withForeignText(report: Report, foreign: string): Report {
  const cell = {
    app: 'next',
    boot: 'fresh',
    state: `after ${foreign}`,
    gates: true,
    outcome: 'fail',
    because: foreign,
    probes: [{ name: foreign, outcome: 'fail', detail: foreign }],
    sqlErrors: [{ sqlstate: '42703', message: foreign, sql: foreign, count: 1 }],
  } as const;
  return {
    ...report,
    service: foreign,
    version: foreign,
    previous: foreign,
    environment: foreign,
    sentence: `Do not deploy: ${foreign}.`,
    snapshot: { ...report.snapshot, name: foreign, version: foreign },
    compatibility: { ...report.compatibility, cells: [cell] },
    findings: [
      finding({ title: foreign, summary: foreign, file: foreign, remedy: { text: foreign, sql: foreign } }),
      finding({ title: foreign, summary: foreign, relation: foreign, waivedBy: foreign, waivedUntil: foreign }),
    ],
    checks: [
      { id: 'swallowed-error', outcome: 'found' },
      { id: 'deadlock', outcome: 'undetermined', reason: foreign },
      { id: 'lost-rows', outcome: 'not-applicable', reason: foreign },
    ],
    recovery: [{ state: foreign, choose: 'forward-fix', because: foreign, sql: foreign }],
    notTested: [{ what: foreign, because: foreign }],
    runs: report.runs.slice(0, 4).map((run) => ({
      ...run,
      why: foreign,
      migration: run.migration.map((attempt) => ({
        ...attempt,
        phase: foreign,
        statements: attempt.statements.slice(0, 3).map((statement) => ({
          ...statement,
          sql: foreign,
          file: foreign,
          message: foreign,
          sqlstate: '42703',
          rewrote: [foreign],
        })),
      })),
    })),
  };
}
