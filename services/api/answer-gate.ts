import type { Rules } from '../../shared/domain/rules.ts';
import type { GateEvidence, GateRecord } from '../../shared/edge/ports/store.ts';
import { askGate, type GateRehearsal } from '../../shared/judge/gate.ts';
import { distrustOf, type SelfCheck } from '../../shared/judge/self-check.ts';

export interface GateQuestion {
  readonly version: string;
  readonly environment: string;
  /** Absent: whatever was rehearsed for this version, if that is one thing. */
  readonly bundle?: string | undefined;
}

export interface GateDecision {
  readonly answer: 'allow' | 'block' | 'never-rehearsed';
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
}

/** The gate's answer; rehearsals without a verdict are no evidence, but they are not nothing either. */
export function answerGate(
  question: GateQuestion,
  { known, waivers, overrides, productionSchema, selfChecks }: GateEvidence,
  rules: Rules,
  now: Date,
): GateDecision {
  const { bundle } = question;
  const { decision, reasons } = askGate({
    ...(bundle === undefined ? {} : { bundle }),
    rehearsals: known.flatMap((record) => judgedOnly(record, selfChecks)),
    waivers: waivers.filter(({ environment }) => environment === undefined || environment === question.environment),
    overrides: overrides.filter(
      ({ version, environment }) => version === question.version && environment === question.environment,
    ),
    ...(productionSchema === null ? {} : { productionSchema }),
    now,
    rules,
  });
  const isOverridden = reasons.some(({ code }) => code === 'overridden');
  if (!isOverridden && bundle === undefined && openDigests(known).length > 1) return ambiguous(openDigests(known));
  if (reasons[0]?.code !== 'never-rehearsed') return { answer: decision, reasons };
  const waiting = known.filter(({ rehearsal }) => bundle === undefined || rehearsal.bundleDigest === bundle).at(-1);
  if (waiting === undefined) return { answer: 'never-rehearsed', reasons };
  const { id, status } = waiting.rehearsal;
  return {
    answer: 'block',
    reasons: [{ code: 'no-verdict', text: `rehearsal ${id} has no verdict: it is ${status}` }],
  };
}

/**
 * Bundles that were or will be judged; one that could not even be rehearsed does not stand beside its corrected self.
 */
function openDigests(known: readonly GateRecord[]): readonly string[] {
  const open = known.filter(({ rehearsal: { status } }) => status !== 'failed' && status !== 'cancelled');
  return [...new Set(open.map(({ rehearsal }) => rehearsal.bundleDigest))].sort();
}

function ambiguous(digests: readonly string[]): GateDecision {
  const text = `${digests.length} bundles have this version: ask with bundle=, one of ${digests.join(', ')}`;
  return { answer: 'block', reasons: [{ code: 'ambiguous-bundle', text }] };
}

function judgedOnly(
  { rehearsal, facts, performedBy }: GateRecord,
  selfChecks: readonly SelfCheck[],
): readonly GateRehearsal[] {
  const { id, bundleDigest, rulesDigest, verdict, finishedAt } = rehearsal;
  if (facts === null || verdict === null || finishedAt === null) return [];
  const distrust = distrustOf({ finishedAt, performedBy }, selfChecks);
  return [{ ...facts, id, bundleDigest, rulesDigest, verdict, finishedAt, distrust }];
}
