import type { Rules } from '../../shared/domain/rules.ts';
import type { GateEvidence, GateRecord } from '../../shared/edge/ports/store.ts';
import { askGate, type GateRehearsal } from '../../shared/judge/gate.ts';
import { distrustOf, type SelfCheck } from '../../shared/judge/self-check.ts';

export interface GateQuestion {
  readonly version: string;
  readonly environment: string;
  /** Absent: whatever was rehearsed for this version, if that is one thing. */
  readonly bundle?: string | undefined;
  /** Id or digest of the image of next that is to go out; absent: nobody said. */
  readonly image?: string | undefined;
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
  const { bundle, image } = question;
  const { decision, reasons } = askGate({
    ...(bundle === undefined ? {} : { bundle }),
    ...(image === undefined ? {} : { image }),
    bundles: bundlesOf(known),
    rehearsals: known.flatMap((record) => judgedOnly(record, selfChecks)),
    waivers: waivers.filter(({ environment }) => environment === undefined || environment === question.environment),
    overrides: overrides.filter(
      ({ version, environment }) => version === question.version && environment === question.environment,
    ),
    ...(productionSchema === null ? {} : { productionSchema }),
    now,
    rules,
  });
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
 * Whatever the deploy may carry. One that nobody judged, for it was cancelled or the machine failed, may be the very
 * one; one that was refused does not stand beside its corrected self.
 */
function bundlesOf(known: readonly GateRecord[]): readonly string[] {
  return known.filter((record) => !isRefused(record)).map(({ rehearsal }) => rehearsal.bundleDigest);
}

export const isRefused = ({ rehearsal, fault }: GateRecord): boolean =>
  rehearsal.status === 'failed' && fault === 'bundle';

function judgedOnly(
  { rehearsal, facts, performedBy }: GateRecord,
  selfChecks: readonly SelfCheck[],
): readonly GateRehearsal[] {
  const { id, bundleDigest, rulesDigest, verdict, finishedAt } = rehearsal;
  if (facts === null || verdict === null || finishedAt === null) return [];
  const distrust = distrustOf({ finishedAt, performedBy }, selfChecks);
  return [{ ...facts, id, bundleDigest, rulesDigest, verdict, finishedAt, distrust }];
}
