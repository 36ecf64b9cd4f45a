import type { Logger } from 'pino';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { answerStatusCheck } from '../../../shared/edge/adapters/forges/gitlab.ts';
import { type Forge, statusOf } from '../../../shared/edge/adapters/forges/open-forge.ts';
import type { Audit } from '../../../shared/edge/ports/audit.ts';
import type { DueCheck, StatusChecks } from '../../../shared/edge/ports/status-checks.ts';
import type { ServiceGateQuestion, StoredGateAnswer } from '../../api/ask-stored-gate.ts';
import { auditGate } from '../../api/audit-gate.ts';
import { type BundleSaid, type CommitJudgement, judgeCommit } from './judge-commit.ts';

/** Verdicts, decisions, self-checks and time itself change what the gate says: it is asked again this often. */
export const lookAgainMs = 10_000;
/** GitLab fails what was pending for two minutes; while something is under way it is told so in time. */
export const renewPendingMs = 90_000;
/** A look that nobody told the end of: its process is gone. */
const leaseMs = 120_000;
/** Whoever was kept so long sends nothing any more: an answer must have arrived, or failed, before the lease ends. */
const sendMs = 60_000;
const atOnce = 50;
const keptMs = 90 * 24 * 3_600_000;
/**
 * What was not heard to arrive may still be at work there: GitLab ends a request after a minute, and an old answer must
 * not come in after the next one. https://docs.gitlab.com/administration/operations/puma/
 */
const retryMs = { first: 60_000, max: 30 * 60_000 };

export interface Answering {
  readonly statusChecks: StatusChecks;
  readonly audit: Pick<Audit, 'recordChange'>;
  readonly gate: (question: ServiceGateQuestion) => Promise<StoredGateAnswer>;
  /** GitLab's own API; asked once a call. */
  readonly gitlab: Forge;
  readonly now: () => Date;
  /** From 0 to 1: many answers that failed together must not come back together. */
  readonly random: () => number;
  readonly log: Pick<Logger, 'warn'>;
}

/** Everything that is due, once. What GitLab does not take is settled here and never thrown; the store's own is. */
export async function answerDueChecks(answering: Answering): Promise<void> {
  const takenAt = answering.now();
  const due = await answering.statusChecks.takeDue(takenAt, leaseMs, atOnce);
  await Promise.all(due.map((check) => look(answering, check, later(takenAt, sendMs))));
}

export async function forgetOldChecks({ statusChecks, now }: Pick<Answering, 'statusChecks' | 'now'>): Promise<void> {
  await statusChecks.forgetBefore(new Date(now().getTime() - keptMs));
}

async function look(answering: Answering, check: DueCheck, sendUntil: Date): Promise<void> {
  const { statusChecks, audit, gitlab, now } = answering;
  const { judgement, told } = await judge(answering, check);
  const nextAt = later(now(), lookAgainMs);
  if (!isNews(check, judgement, now())) return statusChecks.settle(check, { kind: 'unchanged', nextAt });
  for (const { question, said } of told) await auditGate(audit, question, said, { name: 'GitLab' });
  if (now() >= sendUntil) return statusChecks.settle(check, { kind: 'unchanged', nextAt: now() });
  const { status } = judgement;
  try {
    await answerStatusCheck(gitlab, { ...check, status });
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    return settleFailure(answering, check, error);
  }
  return statusChecks.settle(check, { kind: 'answered', status, at: now(), nextAt: later(now(), lookAgainMs) });
}

/** After an answer that failed nobody knows which one GitLab has. */
export function isNews(check: Pick<DueCheck, 'answered' | 'failures'>, judged: CommitJudgement, now: Date): boolean {
  const { answered, failures } = check;
  if (answered === null || failures > 0 || answered.status !== judged.status) return true;
  return judged.isUnderWay && now.getTime() - answered.at.getTime() >= renewPendingMs;
}

interface Judged {
  readonly judgement: CommitJudgement;
  readonly told: readonly (BundleSaid & { readonly question: ServiceGateQuestion })[];
}

/** A gate that cannot answer is closed, and says nothing of the commit: that is `pending`, never `passed`. */
async function judge({ gate, log }: Answering, check: DueCheck): Promise<Judged> {
  const { service, environment, sha, rehearsed } = check;
  const asked = rehearsed.length > 0 ? rehearsed : [{ version: sha, bundle: undefined }];
  try {
    const told = await Promise.all(
      asked.map(async (one) => {
        const question = { ...one, service, environment };
        return { question, bundle: one.bundle, said: await gate(question) };
      }),
    );
    return { judgement: judgeCommit(told), told };
  } catch (error) {
    if (!(error instanceof RehearsalError) || error.fault !== 'machine') throw error;
    log.warn({ ...nameOf(check), why: error.code }, 'the gate is closed to a status check');
    return { judgement: { status: 'pending', isUnderWay: false }, told: [] };
  }
}

function settleFailure(
  { statusChecks, now, random, log }: Answering,
  check: DueCheck,
  why: RehearsalError,
): Promise<void> {
  // The commit is no longer the head: for the one that is, GitLab asks by itself.
  if (statusOf(why) === 409) return statusChecks.settle(check, { kind: 'over' });
  const nextAt = later(now(), retryAfterMs(check.failures, random()));
  log.warn({ ...nameOf(check), why: why.message, nextAt }, 'GitLab did not take the answer to a status check');
  return statusChecks.settle(check, { kind: 'failed', nextAt });
}

/** Twice as long each time, and never shorter than GitLab may need to end what it began. */
export const retryAfterMs = (failures: number, random: number): number =>
  Math.min(retryMs.first * 2 ** failures, retryMs.max) * (1 + 0.4 * random);

const nameOf = ({ project, mergeRequest, check }: DueCheck) => ({ project, mergeRequest, check });

const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms);
