import { type CheckOutcome, type Finding, isUnsure } from '../domain/finding.ts';
import type { Report } from '../domain/report.ts';
import type { JudgedCell } from '../domain/verdict.ts';

export type GateFinding = Pick<
  Finding,
  'check' | 'severity' | 'title' | 'relation' | 'phase' | 'app' | 'waivedBy' | 'waivedUntil'
>;

/**
 * What the gate needs of a judged rehearsal: small, so that it is kept for ever and read quickly. Of checks and cells
 * only those that can make an answer other than the findings do: what is clear stays clear, whoever waives what.
 */
export interface GateFacts {
  /** ISO time; null: its age is not applicable. */
  readonly snapshotDataAsOf: string | null;
  /** Fingerprint of the schema that was rehearsed on; null: nobody read it. */
  readonly schema: string | null;
  /** Id and digests of the image that next was rehearsed in; absent: it had none, or nobody kept it. */
  readonly nextImage?: readonly string[];
  readonly findings: readonly GateFinding[];
  readonly checks: readonly (Pick<CheckOutcome, 'id' | 'outcome'> & {
    readonly reason?: string;
    readonly alsoLacks?: readonly string[];
  })[];
  readonly cells: readonly Pick<JudgedCell, 'gates' | 'outcome'>[];
}

export function gateFactsOf(report: Report, schema: string | null): GateFacts {
  return {
    snapshotDataAsOf: report.snapshot.dataAsOf,
    schema,
    ...nextImageOf(report),
    findings: report.findings.map(({ check, severity, title, ...finding }) => ({
      ...{ check, severity, title },
      ...picked(finding, ['relation', 'phase', 'app', 'waivedBy', 'waivedUntil']),
    })),
    checks: report.checks
      .filter((check) => isUnsure(check) || 'alsoLacks' in check)
      .map(({ id, outcome, ...check }) => ({
        ...{ id, outcome },
        ...('alsoLacks' in check ? { alsoLacks: check.alsoLacks } : {}),
      })),
    cells: report.compatibility.cells
      .filter(({ gates, outcome }) => gates && outcome === 'not-run')
      .map(({ gates, outcome }) => ({ gates, outcome })),
  };
}

function nextImageOf({ images = [] }: Report): Pick<GateFacts, 'nextImage'> {
  const next = images.find(({ app }) => app === 'next');
  return next === undefined ? {} : { nextImage: [next.id, ...next.digests] };
}

function picked<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]]))) as Pick<T, K>;
}
