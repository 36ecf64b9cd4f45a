import type { Report } from '../../shared/domain/report.ts';
import type { Rules } from '../../shared/domain/rules.ts';
import type { StoredOverride, StoredRehearsal, StoredWaiver } from '../../shared/edge/ports/store.ts';
import { askGate, type GateRehearsal } from '../../shared/judge/gate.ts';

export interface GateQuestion {
  readonly version: string;
  readonly environment: string;
  /** Absent: whatever was rehearsed for this version, if that is one thing. */
  readonly bundle?: string | undefined;
}

/** Everything that was ever submitted for the service, version and environment, with the reports of what was judged. */
export interface KnownRehearsal {
  readonly rehearsal: StoredRehearsal;
  readonly report: Report | null;
}

export interface GateDecision {
  readonly answer: 'allow' | 'block' | 'never-rehearsed';
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
}

/** The gate's answer; rehearsals without a verdict are no evidence, but they are not nothing either. */
export function answerGate(
  question: GateQuestion,
  known: readonly KnownRehearsal[],
  accepted: { readonly waivers: readonly StoredWaiver[]; readonly overrides: readonly StoredOverride[] },
  rules: Rules,
  now: Date,
): GateDecision {
  const { bundle } = question;
  const { decision, reasons } = askGate({
    ...(bundle === undefined ? {} : { bundle }),
    rehearsals: known.flatMap(judgedOnly),
    waivers: accepted.waivers,
    overrides: accepted.overrides.filter(
      ({ version, environment }) => version === question.version && environment === question.environment,
    ),
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
    reasons: [{ code: 'no-verdict', text: `rehearsal ${id} is ${status}: it has no verdict` }],
  };
}

/**
 * Bundles that were or will be judged; one that could not even be rehearsed does not stand beside its corrected self.
 */
function openDigests(known: readonly KnownRehearsal[]): readonly string[] {
  const open = known.filter(({ rehearsal: { status } }) => status !== 'failed' && status !== 'cancelled');
  return [...new Set(open.map(({ rehearsal }) => rehearsal.bundleDigest))].sort();
}

function ambiguous(digests: readonly string[]): GateDecision {
  const text = `${digests.length} bundles have this version: ask with bundle=, one of ${digests.join(', ')}`;
  return { answer: 'block', reasons: [{ code: 'ambiguous-bundle', text }] };
}

function judgedOnly({ rehearsal, report }: KnownRehearsal): readonly GateRehearsal[] {
  const { id, bundleDigest, rulesDigest, verdict, finishedAt } = rehearsal;
  if (report === null || verdict === null || finishedAt === null) return [];
  return [
    {
      id,
      bundleDigest,
      rulesDigest,
      verdict,
      finishedAt,
      snapshotDataAsOf: report.snapshot.dataAsOf,
      findings: report.findings,
      checks: report.checks,
      cells: report.compatibility.cells,
    },
  ];
}
