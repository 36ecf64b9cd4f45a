import type { Finding } from '../../shared/domain/finding.ts';
import type { Report } from '../../shared/domain/report.ts';
import type { Rules } from '../../shared/domain/rules.ts';
import type { StoredOverride, StoredRehearsal, StoredWaiver } from '../../shared/edge/ports/store.ts';

export interface GateQuestion {
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  /** Absent: whatever was rehearsed for this version, if that is one thing. */
  readonly bundle?: string | undefined;
}

export interface GateEvidence {
  readonly rehearsal: StoredRehearsal;
  /** Of judged rehearsals. */
  readonly report: Pick<Report, 'findings' | 'snapshot'> | null;
}

export interface GateReason {
  readonly code: string;
  readonly text: string;
}

export interface GateDecision {
  readonly answer: 'allow' | 'block' | 'never-rehearsed';
  readonly reasons: readonly GateReason[];
  readonly evidence: readonly GateEvidence[];
}

/** May this go out? Closed unless proven open: every way through it names what opened it. */
export function decideGate(
  question: GateQuestion,
  known: readonly GateEvidence[],
  accepted: { readonly waivers: readonly StoredWaiver[]; readonly overrides: readonly StoredOverride[] },
  rules: Pick<Rules, 'evidenceAgeMsMax' | 'snapshotAgeMsMax'>,
  now: Date,
): GateDecision {
  const { bundle } = question;
  const evidence = known.filter(({ rehearsal }) => bundle === undefined || rehearsal.bundleDigest === bundle);
  const decided = (answer: GateDecision['answer'], ...reasons: readonly GateReason[]) => ({ answer, reasons, evidence });
  const override = accepted.overrides.find((candidate) => opens(candidate, question, evidence, now));
  if (override !== undefined) {
    return decided('allow', reason('overridden', `${override.by} lets it pass until ${iso(override.expiresAt)}: ${override.reason}`));
  }
  if (evidence.length === 0) return decided('never-rehearsed', reason('never-rehearsed', 'This was never rehearsed.'));
  const digests = [...new Set(evidence.map(({ rehearsal }) => rehearsal.bundleDigest))];
  if (digests.length > 1) {
    const text = `${digests.length} different bundles were rehearsed for this version: name one with bundle=.`;
    return decided('block', reason('ambiguous-bundle', text));
  }
  const waivers = accepted.waivers.filter(({ expiresAt }) => expiresAt > now);
  const failed = evidence.flatMap((one) => unwaived(one, waivers));
  if (failed.length > 0) return decided('block', ...failed);
  return decidedByNewest(evidence, rules, now, decided);
}

function decidedByNewest(
  evidence: readonly GateEvidence[],
  rules: Pick<Rules, 'evidenceAgeMsMax' | 'snapshotAgeMsMax'>,
  now: Date,
  decided: (answer: GateDecision['answer'], ...reasons: readonly GateReason[]) => GateDecision,
): GateDecision {
  const newest = evidence.filter(({ rehearsal }) => rehearsal.status === 'judged').at(-1);
  if (newest === undefined) {
    const { id, status } = evidence.at(-1)?.rehearsal ?? { id: '', status: 'failed' };
    return decided('block', reason('no-verdict', `The rehearsal ${id} is ${status}: there is no verdict yet.`));
  }
  const { id, verdict, finishedAt } = newest.rehearsal;
  if (verdict === 'inconclusive') return decided('block', reason('inconclusive', `The rehearsal ${id} was inconclusive.`));
  if (finishedAt === null || now.getTime() - finishedAt.getTime() > rules.evidenceAgeMsMax) {
    return decided('block', reason('stale-evidence', `The rehearsal ${id} is too old: rehearse it again.`));
  }
  const dataAsOf = newest.report?.snapshot.dataAsOf ?? null;
  if (dataAsOf !== null && now.getTime() - Date.parse(dataAsOf) > rules.snapshotAgeMsMax) {
    return decided('block', reason('stale-snapshot', `The snapshot's data is of ${dataAsOf}: take a newer one.`));
  }
  if (verdict === 'fail') return decided('allow', reason('waived', `Every blocking finding of ${id} is waived.`));
  return decided('allow', reason('passed', `The rehearsal ${id} passed.`));
}

function opens(
  override: StoredOverride,
  question: GateQuestion,
  evidence: readonly GateEvidence[],
  now: Date,
): boolean {
  if (override.expiresAt <= now || override.version !== question.version) return false;
  if (override.environment !== question.environment) return false;
  if (override.bundleDigest === undefined) return true;
  if (question.bundle !== undefined) return override.bundleDigest === question.bundle;
  return evidence.length > 0 && evidence.every(({ rehearsal }) => rehearsal.bundleDigest === override.bundleDigest);
}

/** A red stays red, whatever came later, until each of its blocking findings is accepted by somebody. */
function unwaived({ rehearsal, report }: GateEvidence, waivers: readonly StoredWaiver[]): readonly GateReason[] {
  if (rehearsal.verdict !== 'fail') return [];
  const blocking = (report?.findings ?? []).filter(
    (finding) => finding.severity === 'blocks' && finding.waivedBy === undefined,
  );
  const open = blocking.filter((finding) => !waivers.some((waiver) => accepts(waiver, finding)));
  if (report !== null && open.length === 0 && blocking.length > 0) return [];
  if (open.length === 0) return [reason('failed', `The rehearsal ${rehearsal.id} failed.`)];
  return open.map((finding) => reason('failed', `${rehearsal.id}: ${finding.title} (${finding.check})`));
}

function accepts(waiver: StoredWaiver, finding: Finding): boolean {
  return (
    waiver.check === finding.check &&
    (waiver.relation === undefined || waiver.relation === finding.relation) &&
    (waiver.phase === undefined || waiver.phase === finding.phase) &&
    (waiver.app === undefined || waiver.app === finding.app)
  );
}

const reason = (code: string, text: string): GateReason => ({ code, text });
const iso = (time: Date): string => time.toISOString();
