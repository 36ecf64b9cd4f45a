import { isUnsure } from '../domain/finding.ts';
import type { Rules } from '../domain/rules.ts';
import type { Verdict } from '../domain/verdict.ts';
import { checks } from './checks/index.ts';
import { decide, type Judged } from './decide.ts';
import { duration, listed } from './derive/sentences.ts';
import type { GateFacts, GateFinding } from './gate-facts.ts';
import { severityOf } from './merge-findings.ts';
import { afterWaivers, covers, type WaiverScope } from './waivers.ts';

/** A judged rehearsal of the service, version and environment that the gate is asked about. */
export interface GateRehearsal extends GateFacts {
  readonly id: string;
  readonly bundleDigest: string;
  readonly rulesDigest: string;
  readonly verdict: Verdict;
  readonly finishedAt: Date;
  /** Why nobody can rely on the workers that gave this evidence; null: their self-checks say that one can. */
  readonly distrust: string | null;
}

export interface GateWaiver extends WaiverScope {
  /** Absent: whatever the bundle. */
  readonly bundleDigest?: string;
  readonly by: string;
  readonly expiresAt: Date;
}

export interface GateOverride {
  /** Absent: for every digest of the version. */
  readonly bundleDigest?: string;
  readonly by: string;
  readonly reason: string;
  readonly expiresAt: Date;
}

export interface GateQuestion {
  /** Digest of the artifact that is to go out, where the caller knows it. */
  readonly bundle?: string;
  /** Id or digest of the image that is to go out, where the caller knows it. */
  readonly image?: string;
  /** Every digest that this version may be, judged or not; absent: those of the rehearsals. */
  readonly bundles?: readonly string[];
  readonly rehearsals: readonly GateRehearsal[];
  readonly waivers: readonly GateWaiver[];
  readonly overrides: readonly GateOverride[];
  /** Fingerprint of production's schema as it was posted last; absent: nobody said. */
  readonly productionSchema?: string;
  readonly now: Date;
  readonly rules: Rules;
}

export type GateCode =
  | 'passed'
  | 'overridden'
  | 'never-rehearsed'
  | 'ambiguous-bundle'
  | 'failed'
  | 'inconclusive'
  | 'stale-evidence'
  | 'stale-snapshot'
  | 'other-rules'
  | 'other-schema'
  | 'other-image'
  | 'unchecked-worker';

export interface GateAnswer {
  readonly decision: 'allow' | 'block';
  readonly reasons: readonly { readonly code: GateCode; readonly text: string }[];
}

/**
 * May this go out? Closed unless proven open: by fresh, complete evidence of this very artifact, or by a named
 * person.
 */
export function askGate(question: GateQuestion): GateAnswer {
  const { rehearsals, now } = question;
  const digests = [...new Set(question.bundles ?? rehearsals.map(({ bundleDigest }) => bundleDigest))].sort();
  const bundle = question.bundle ?? (digests.length === 1 ? digests[0] : undefined);
  const override = question.overrides.find(
    ({ bundleDigest, expiresAt }) => now < expiresAt && (bundleDigest === undefined || bundleDigest === bundle),
  );
  if (override !== undefined) {
    const text = `${override.by} lets it pass until ${override.expiresAt.toISOString()}: ${override.reason}`;
    return { decision: 'allow', reasons: [{ code: 'overridden', text }] };
  }
  if (question.bundle === undefined && digests.length > 1) {
    return block(
      'ambiguous-bundle',
      `${digests.length} bundles have this version: ask with bundle=, one of ${listed(digests)}`,
    );
  }
  const own = rehearsals
    .filter(({ bundleDigest }) => bundleDigest === bundle)
    .toSorted((left, right) => left.finishedAt.getTime() - right.finishedAt.getTime());
  const latest = own.at(-1);
  if (latest === undefined) return block('never-rehearsed', 'this bundle has no finished rehearsal');
  const reasons = [...redReasons(own, question), ...latestReasons(latest, question)];
  if (reasons.length > 0) return { decision: 'block', reasons };
  return {
    decision: 'allow',
    reasons: [{ code: 'passed', text: `rehearsal ${latest.id} passed on ${latest.finishedAt.toISOString()}` }],
  };
}

type Reasons = GateAnswer['reasons'];

const block = (code: GateCode, text: string): GateAnswer => ({ decision: 'block', reasons: [{ code, text }] });

/** A red is never erased by what came later, only accepted by a person. */
function redReasons(own: readonly GateRehearsal[], question: GateQuestion): Reasons {
  return own
    .filter((rehearsal) => verdictNow(rehearsal, question) === 'fail')
    .map((rehearsal) => {
      const open = rehearsal.findings.filter((finding) => isOpen(finding, rehearsal, question));
      const why =
        open.length === 0
          ? 'its verdict is fail'
          : listed(
              open.map(({ title }) => title),
              4,
            );
      return { code: 'failed' as const, text: `rehearsal ${rehearsal.id} failed: ${why}` };
    });
}

/** Of what is not red the newest one counts: an `inconclusive` is superseded by a later pass, not by an earlier one. */
function latestReasons(latest: GateRehearsal, question: GateQuestion): Reasons {
  const verdict = verdictNow(latest, question);
  if (verdict === 'fail') return [];
  if (verdict === 'inconclusive') {
    const unsure = judgedNow(latest, question).checks.filter(isUnsure);
    const about = unsure.length === 0 ? '' : `: ${listed(unsure.map(({ id }) => id))}`;
    return [{ code: 'inconclusive', text: `rehearsal ${latest.id} could not say${about}` }];
  }
  return [
    ...distrustOf(latest),
    ...schemaReasons(latest, question),
    ...imageReasons(latest, question),
    ...stalenessOf(latest, question),
  ];
}

/** A watcher that is not watched proves nothing, however green it says that all is. */
function distrustOf({ id, distrust }: GateRehearsal): Reasons {
  return distrust === null ? [] : [{ code: 'unchecked-worker', text: `rehearsal ${id} proves nothing: ${distrust}` }];
}

/** Whoever says what production is like wants an answer about just that. */
function schemaReasons({ id, schema }: GateRehearsal, { productionSchema }: GateQuestion): Reasons {
  if (productionSchema === undefined || productionSchema === schema) return [];
  const rehearsed = schema === null ? 'one that nobody read' : short(schema);
  const text = `rehearsal ${id} was on the schema ${rehearsed}, production has ${short(productionSchema)}`;
  return [{ code: 'other-schema', text: `${text}: make a new snapshot, or find out who changed production` }];
}

/** A tag that was moved since stands for what nobody rehearsed. */
function imageReasons({ id, nextImage = [] }: GateRehearsal, { image }: GateQuestion): Reasons {
  if (image === undefined || nextImage.includes(image)) return [];
  const rehearsed = nextImage.length === 0 ? 'no image that anybody kept' : listed(nextImage.map(short));
  return [{ code: 'other-image', text: `rehearsal ${id} was of ${rehearsed}, and ${short(image)} is to go out` }];
}

const short = (digest: string): string => digest.slice(0, 'sha256:'.length + 12);

function stalenessOf(
  { id, finishedAt, snapshotDataAsOf, rulesDigest }: GateRehearsal,
  { now, rules }: GateQuestion,
): Reasons {
  const reasons: { code: GateCode; text: string }[] = [];
  const ageMs = now.getTime() - finishedAt.getTime();
  if (ageMs > rules.evidenceAgeMsMax) {
    reasons.push({
      code: 'stale-evidence',
      text: `rehearsal ${id} is ${duration(ageMs)} old, the rules allow ${duration(rules.evidenceAgeMsMax)}`,
    });
  }
  const snapshotAgeMs = snapshotDataAsOf === null ? 0 : now.getTime() - Date.parse(snapshotDataAsOf);
  if (snapshotAgeMs > rules.snapshotAgeMsMax) {
    reasons.push({
      code: 'stale-snapshot',
      text: `its snapshot is ${duration(snapshotAgeMs)} old, the rules allow ${duration(rules.snapshotAgeMsMax)}`,
    });
  }
  if (rulesDigest !== rules.digest) {
    reasons.push({ code: 'other-rules', text: `rehearsal ${id} was judged by other rules than those in force` });
  }
  return reasons;
}

/** The verdict with today's waivers: one that was given later counts, one that has expired no longer does. */
function verdictNow(rehearsal: GateRehearsal, question: GateQuestion): Verdict {
  if (rehearsal.findings.length === 0 || rehearsal.verdict === 'inconclusive') return rehearsal.verdict;
  return decide(judgedNow(rehearsal, question), (id) => severityById(id, question.rules));
}

function judgedNow(rehearsal: GateRehearsal, question: GateQuestion): Judged {
  const findings = rehearsal.findings.map((finding) => {
    const { waivedBy: _before, ...rest } = finding;
    return isOpen(finding, rehearsal, question) ? rest : { ...rest, waivedBy: finding.waivedBy ?? 'waiver' };
  });
  const outcomes = rehearsal.checks.map((outcome) => afterWaivers(outcome, findings));
  return { findings, checks: outcomes, cells: rehearsal.cells };
}

function isOpen(finding: GateFinding, { bundleDigest }: GateRehearsal, { waivers, now }: GateQuestion): boolean {
  if (finding.severity !== 'blocks') return false;
  const { waivedBy, waivedUntil } = finding;
  if (waivedBy !== undefined && (waivedUntil === undefined || now < new Date(waivedUntil))) return false;
  return !waivers.some(
    (waiver) =>
      now < waiver.expiresAt &&
      (waiver.bundleDigest === undefined || waiver.bundleDigest === bundleDigest) &&
      covers(waiver, finding),
  );
}

function severityById(id: string, rules: Rules) {
  const check = checks.find((candidate) => candidate.id === id);
  return check === undefined ? 'blocks' : severityOf(check, rules);
}
