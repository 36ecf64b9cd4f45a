import type { Evidence } from '../domain/observation.ts';
import type { Judgement } from '../domain/verdict.ts';
import { judgeAftermaths } from './aftermaths.ts';
import { judgeCells } from './cells.ts';
import { checks } from './checks/index.ts';
import { collectEvidence } from './collect-evidence.ts';
import { contextOf } from './context.ts';
import { decide } from './decide.ts';
import { deployOrder } from './deploy-order.ts';
import { harmOf } from './harm.ts';
import { mergeFindings, severityOf } from './merge-findings.ts';
import { recoveries } from './recovery.ts';
import { afterWaivers, applyWaivers, tellWaivers } from './waivers.ts';

export interface JudgeOptions {
  /**
   * For the expiry of waivers only; default: when the rehearsal began, so that the same evidence is judged alike for
   * ever.
   */
  readonly now?: Date;
  /** Whether whoever submitted the bundle may waive; default: no. */
  readonly honourWaivers?: boolean;
}

/**
 * Evidence → readings → checks → findings → verdict; a pure function, so stored evidence can be judged again at any
 * time.
 */
export function judge(evidence: Evidence, options: JudgeOptions = {}): Judgement {
  const readings = collectEvidence(evidence);
  const context = contextOf(evidence, readings);
  const { manifest, rules } = context;
  const results = checks.map((check) => ({ check, ...check.run(readings, context) }));
  const { findings, waivers } = applyWaivers(mergeFindings(results, manifest, rules), manifest.waivers, {
    now: options.now ?? new Date(evidence.startedAt),
    honoured: options.honourWaivers ?? false,
    accepted: evidence.accepted ?? [],
  });
  const outcomes = tellWaivers(
    results.map(({ outcome }) => afterWaivers(outcome, findings)),
    waivers,
  );
  const severities = new Map(checks.map((check) => [check.id, severityOf(check, rules)]));
  const cells = judgeCells(evidence, readings, context);
  const order = deployOrder(cells, findings, context);
  return {
    verdict: decide({ findings, checks: outcomes, cells }, (id) => severities.get(id) ?? 'blocks'),
    harm: harmOf(readings, context),
    findings,
    checks: outcomes.map((outcome) => ({ ...outcome, severity: severities.get(outcome.id) ?? 'blocks' })),
    cells,
    ...(order === undefined ? {} : { order }),
    recovery: recoveries(readings, context),
    aftermaths: judgeAftermaths(evidence, context),
    ...(waivers.length === 0 ? {} : { waivers }),
  };
}
