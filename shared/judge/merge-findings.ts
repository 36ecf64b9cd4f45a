import type { Manifest } from '../domain/bundle.ts';
import type { Finding, Severity } from '../domain/finding.ts';
import type { RunId } from '../domain/ids.ts';
import type { Rules } from '../domain/rules.ts';
import { type Scenario, scenarios } from '../domain/run.ts';
import type { Check, Draft } from './checks/check.ts';
import { known } from './derive/known.ts';

export interface Drafted {
  readonly check: Check;
  readonly drafts: readonly Draft[];
}

/** One finding an identity, over all runs that showed it, in an order that depends on nothing but the evidence. */
export function mergeFindings(drafted: readonly Drafted[], manifest: Manifest, rules: Rules): readonly Finding[] {
  const findings = drafted.flatMap(({ check, drafts }) =>
    Map.groupBy(drafts, identityOf)
      .values()
      .map((same) => mergeOne(check, same, rules))
      .toArray(),
  );
  const checkOrder = drafted.map(({ check }) => check.id);
  const phaseOrder = manifest.phases.map((phase) => phase.name);
  const rank = (finding: Finding) => [
    finding.severity === 'blocks' ? 0 : 1,
    checkOrder.indexOf(finding.check),
    finding.phase === undefined ? -1 : phaseOrder.indexOf(finding.phase),
    finding.ordinal ?? 0,
    finding.relation ?? '',
    finding.app ?? '',
    finding.state ?? '',
  ];
  return findings
    .map((finding) => ({ finding, ranks: rank(finding) }))
    .sort((left, right) => compareRanks(left.ranks, right.ranks))
    .map(({ finding }) => finding);
}

/** The check's severity as the rules have it; what the check calls milder stays mild. */
export function severityOf(check: Pick<Check, 'id' | 'severity'>, rules: Rules, draft?: Draft): Severity {
  return draft?.severity ?? rules.severities[check.id] ?? check.severity;
}

/** Check apart, which groups already: phase, ordinal, relation, app, state without its run. */
function identityOf(draft: Draft): string {
  const { phase, ordinal, relation, app, state } = draft;
  return JSON.stringify([phase, ordinal, relation, app, state?.replace(/ in \S+$/, '')]);
}

function mergeOne(check: Check, same: readonly Draft[], rules: Rules): Finding {
  const ordered = same.toSorted(
    (left, right) =>
      Number(severityOf(check, rules, left) === 'warns') - Number(severityOf(check, rules, right) === 'warns') ||
      scenarioRank(left) - scenarioRank(right) ||
      (left.state ?? '').length - (right.state ?? '').length,
  );
  const first = ordered[0];
  if (first === undefined) throw new Error('a group of drafts is never empty');
  const { title, summary, phase, ordinal, relation, app, state, remedy, facts } = first;
  const located = ordered.find((draft) => draft.file !== undefined);
  return known({
    check: check.id,
    severity: severityOf(check, rules, first),
    title,
    summary,
    scenario: scenarios[Math.min(...ordered.map(scenarioRank))] ?? 'control',
    phase,
    ordinal,
    file: located?.file,
    line: located?.line,
    relation,
    app,
    state,
    evidence: { runs: runIdsOf(ordered), ...facts },
    remedy,
  });
}

const scenarioRank = (draft: Draft): number =>
  Math.min(...draft.runs.map((run) => scenarios.indexOf(run.spec.scenario)));

function runIdsOf(drafts: readonly Draft[]): readonly RunId[] {
  const order = (scenario: Scenario) => scenarios.indexOf(scenario);
  const specs = drafts.flatMap((draft) => draft.runs.map((run) => run.spec));
  const sorted = specs.toSorted(
    (left, right) => order(left.scenario) - order(right.scenario) || (left.id < right.id ? -1 : 1),
  );
  return [...new Set(sorted.map((spec) => spec.id))];
}

function compareRanks(left: readonly (string | number)[], right: readonly (string | number)[]): number {
  for (const [index, mine] of left.entries()) {
    const theirs = right[index];
    if (theirs === undefined || mine === theirs) continue;
    return mine < theirs ? -1 : 1;
  }
  return 0;
}
