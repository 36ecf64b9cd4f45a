import type { Finding } from '../../../../shared/domain/finding.ts';
import type { Report, ReportAttempt, ReportRun, ReportStatement } from '../../../../shared/domain/report.ts';

export interface FoundStatement {
  readonly run: ReportRun;
  readonly attempt: ReportAttempt;
  readonly statement: ReportStatement;
}

/** A statement's name in an address. */
export const statementKey = (attempt: ReportAttempt, { ordinal }: ReportStatement): string =>
  `${attempt.phase}.${attempt.attempt}.${ordinal}`;

/** The statement that a finding speaks of, as the first run that showed it saw it. */
export function findStatement(report: Report, finding: Finding): FoundStatement | undefined {
  const { phase, ordinal, evidence } = finding;
  if (phase === undefined || ordinal === undefined) return undefined;
  const cited = evidence.runs.flatMap((id) => report.runs.find((run) => run.id === id) ?? []);
  for (const run of [...cited, ...report.runs.slice(0, 1)]) {
    for (const attempt of run.migration.filter((one) => one.phase === phase)) {
      const statement = attempt.statements.find((one) => one.ordinal === ordinal);
      if (statement !== undefined) return { run, attempt, statement };
    }
  }
  return undefined;
}
