import type { AcceptedWaiver } from '../domain/accepted-waiver.ts';
import type { ManifestWaiver } from '../domain/bundle.ts';
import type { CheckOutcome, Finding } from '../domain/finding.ts';
import type { JudgedWaiver } from '../domain/verdict.ts';

/** Whom a waiver accepts: its check and, where given, relation, phase and application. */
export interface WaiverScope {
  readonly check: string;
  readonly relation?: string;
  readonly phase?: string;
  readonly app?: 'previous' | 'next';
}

export interface WaivedFindings {
  readonly findings: readonly Finding[];
  readonly waivers: readonly JudgedWaiver[];
}

/** Marks what valid waivers accept. An expired waiver accepts nothing and is told, as is one that matches nothing. */
export function applyWaivers(
  findings: readonly Finding[],
  waivers: readonly ManifestWaiver[],
  { now, honoured, accepted = [] }: WaiverOptions,
): WaivedFindings {
  const valid = honoured ? waivers.filter((waiver) => now < endOf(waiver)) : [];
  const inForce = [
    ...valid.map((waiver) => ({ ...waiver, end: endOf(waiver) })),
    ...accepted.map((waiver) => ({ ...waiver, end: new Date(waiver.until) })).filter(({ end }) => now < end),
  ];
  return {
    findings: findings.map((finding) => {
      const waiver = inForce.find((candidate) => covers(candidate, finding));
      return waiver === undefined
        ? finding
        : { ...finding, waivedBy: waiver.by, waivedUntil: waiver.end.toISOString() };
    }),
    waivers: [
      ...declaredWaivers(findings, waivers, valid, honoured),
      // Those of the service that match nothing here were given for another bundle of it.
      ...accepted
        .filter((waiver) => findings.some((finding) => covers(waiver, finding)))
        .map(({ check, by, until }) => {
          const status = now < new Date(until) ? ('used' as const) : ('expired' as const);
          return { check, by, until: until.slice(0, 10), status };
        }),
    ],
  };
}

export interface WaiverOptions {
  readonly now: Date;
  /** Whether the manifest's own count. */
  readonly honoured: boolean;
  /** Those that people gave at the service: they always count. */
  readonly accepted?: readonly AcceptedWaiver[];
}

function declaredWaivers(
  findings: readonly Finding[],
  waivers: readonly ManifestWaiver[],
  valid: readonly ManifestWaiver[],
  honoured: boolean,
): readonly JudgedWaiver[] {
  return waivers.map((waiver) => {
    const { check, by, until } = waiver;
    const matches = findings.some((finding) => covers(waiver, finding));
    const status = !matches ? 'unmatched' : !honoured ? 'not-honoured' : valid.includes(waiver) ? 'used' : 'expired';
    return { check, by, until, status };
  });
}

/** A waiver without a relation or phase accepts the check's findings on every one. `public.` may be left out. */
export function covers(waiver: WaiverScope, finding: Pick<Finding, 'check' | 'relation' | 'phase' | 'app'>): boolean {
  const { check, relation, phase, app } = waiver;
  if (check !== finding.check) return false;
  if (relation !== undefined && finding.relation !== relation && finding.relation !== `public.${relation}`)
    return false;
  return (phase === undefined || phase === finding.phase) && (app === undefined || app === finding.app);
}

/** A calendar day is valid to its end in UTC. */
function endOf({ until }: ManifestWaiver): Date {
  const end = new Date(`${until}T00:00:00Z`);
  end.setUTCDate(end.getUTCDate() + 1);
  return end;
}

/** A waiver accepts what was found and never what nobody saw: a check that lacked something besides could not say. */
export function afterWaivers<Outcome extends ToldOutcome>(
  outcome: Outcome,
  findings: readonly Pick<Finding, 'check' | 'severity' | 'waivedBy'>[],
): Outcome | Undetermined {
  const { id, alsoLacks = [] } = outcome;
  const blocking = findings.filter(({ check, severity }) => check === id && severity === 'blocks');
  const isOpen = blocking.length === 0 || blocking.some(({ waivedBy }) => waivedBy === undefined);
  return isOpen || alsoLacks.length === 0 ? outcome : { id, outcome: 'undetermined', reason: alsoLacks.join('; ') };
}

type ToldOutcome = Pick<CheckOutcome, 'id' | 'outcome'> & { readonly alsoLacks?: readonly string[] };
type Undetermined = { readonly id: string; readonly outcome: 'undetermined'; readonly reason: string };

/** Waivers that did nothing are said where their check is. */
export function tellWaivers(
  outcomes: readonly CheckOutcome[],
  waivers: readonly JudgedWaiver[],
): readonly CheckOutcome[] {
  return outcomes.map((outcome) => {
    const idle = waivers.filter(({ check, status }) => check === outcome.id && status !== 'used');
    const said = idle.map((waiver) => `the waiver by ${waiver.by} until ${waiver.until} ${fates[waiver.status]}`);
    const reason = [...(outcome.reason === undefined ? [] : [outcome.reason]), ...said].join('; ');
    return said.length === 0 ? outcome : { ...outcome, reason };
  });
}

const fates: Readonly<Record<JudgedWaiver['status'], string>> = {
  used: 'is used',
  unmatched: 'matches no finding',
  expired: 'has expired',
  'not-honoured': 'does not count: whoever submitted it may not waive',
};
