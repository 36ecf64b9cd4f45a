import type { CheckStatus } from '../../../shared/edge/ports/status-checks.ts';
import { isRefused } from '../../api/answer-gate.ts';
import type { StoredGateAnswer } from '../../api/ask-stored-gate.ts';

/** What the gate says of one bundle that was rehearsed of the commit. */
export interface BundleSaid {
  /** undefined: nothing was rehearsed of the commit, and the gate was asked for it as a version. */
  readonly bundle: string | undefined;
  readonly said: StoredGateAnswer;
}

export interface CommitJudgement {
  readonly status: CheckStatus;
  /** Something is queued or running: there will be a verdict. */
  readonly isUnderWay: boolean;
}

/**
 * All that was rehearsed of a commit must be let pass; no evidence is `pending`, which GitLab itself fails after two
 * minutes. A bundle that could not be rehearsed at all does not stand beside its corrected self.
 */
export function judgeCommit(bundles: readonly BundleSaid[]): CommitJudgement {
  const words = bundles.map(wordOf);
  const counted = words.filter((word) => word !== 'refused');
  const of = (status: CheckStatus, isUnderWay = false) => ({ status, isUnderWay });
  if (counted.includes('closed')) return of('failed');
  if (words.length === 0 || words.includes('nothing')) return of('pending');
  if (counted.length === 0) return of('failed');
  return counted.includes('waiting') ? of('pending', true) : of('passed');
}

type Word = 'open' | 'closed' | 'waiting' | 'refused' | 'nothing';

function wordOf({ bundle, said: { answer, reasons, known } }: BundleSaid): Word {
  if (answer === 'allow') return 'open';
  if (answer === 'never-rehearsed') return 'nothing';
  const own = known.filter(({ rehearsal }) => bundle === undefined || rehearsal.bundleDigest === bundle);
  if (own.length > 0 && own.every(isRefused)) return 'refused';
  const status = own.at(-1)?.rehearsal.status;
  const isWaiting = reasons[0]?.code === 'no-verdict' && (status === 'queued' || status === 'running');
  return isWaiting ? 'waiting' : 'closed';
}
