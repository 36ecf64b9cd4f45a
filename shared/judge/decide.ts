import { type CheckOutcome, type Finding, isUnsure, type Severity } from '../domain/finding.ts';
import type { JudgedCell, Verdict } from '../domain/verdict.ts';

export interface Judged {
  readonly findings: readonly Pick<Finding, 'severity' | 'waivedBy'>[];
  readonly checks: readonly Pick<CheckOutcome, 'id' | 'outcome'>[];
  readonly cells: readonly Pick<JudgedCell, 'gates' | 'outcome'>[];
}

/**
 * CONTRACT section 5. `fail`: a blocking finding that nobody waived. `inconclusive`: a blocking check could not say, or
 * a version that must live on a state was not seen there. `pass` is what is left, never what is assumed.
 */
export function decide({ findings, checks, cells }: Judged, severityOf: (check: string) => Severity): Verdict {
  if (findings.some(({ severity, waivedBy }) => severity === 'blocks' && waivedBy === undefined)) return 'fail';
  const unsure = checks.some((check) => isUnsure(check) && severityOf(check.id) === 'blocks');
  const unseen = cells.some(({ gates, outcome }) => gates && outcome === 'not-run');
  return unsure || unseen ? 'inconclusive' : 'pass';
}
