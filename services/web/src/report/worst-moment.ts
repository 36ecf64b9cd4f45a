import type { Finding } from '../../../../shared/domain/finding.ts';
import { depthWords } from '../../../../shared/domain/load.ts';
import type { Report } from '../../../../shared/domain/report.ts';
import { counted, formatMs } from '../../../../shared/report/words.ts';
import { findStatement, statementKey } from './find-statement.ts';

/** A shorter wait is no moment to speak of. */
const tellableMs = 50;

/** When it hurt most, in numbers of the run that showed it, and where on the timeline that is. */
export function momentWords(
  report: Report,
  finding: Finding,
): { readonly text: string; readonly href: string } | undefined {
  if (finding.phase === undefined && finding.relation === undefined) return undefined;
  const found = findStatement(report, finding);
  const cited = finding.evidence.runs.flatMap((id) => report.runs.find((run) => run.id === id) ?? []);
  const run = cited.toSorted((a, b) => (b.load?.blockedMsMax ?? 0) - (a.load?.blockedMsMax ?? 0))[0];
  if (run === undefined) return undefined;
  const parts: string[] = [];
  const statement = found?.run.id === run.id ? found.statement : undefined;
  const began = run.migration[0]?.statements[0]?.startedAtMs ?? 0;
  if (statement !== undefined && statement.waitedMs >= tellableMs) {
    parts.push(`${formatMs(statement.startedAtMs - began)} in, the statement waits ${formatMs(statement.waitedMs)}`);
  }
  const { load } = run;
  if (load !== undefined && load.blockedMsMax >= tellableMs) {
    parts.push(
      `${counted(load.blockedTransactions, 'transaction')} of ${load.transactions} wait, the longest ${formatMs(load.blockedMsMax)}, ${depthWords(load)}`,
    );
  }
  if (load !== undefined && load.failed > 0) {
    parts.push(`${load.failed} fail (${Object.keys(load.failedBySqlstate).join(', ')})`);
  }
  if (parts.length === 0) return undefined;
  const asked =
    found?.run.id === run.id ? `&statement=${encodeURIComponent(statementKey(found.attempt, found.statement))}` : '';
  return { text: `${parts.join('; ')}.`, href: `#timeline?run=${encodeURIComponent(run.id)}${asked}` };
}
