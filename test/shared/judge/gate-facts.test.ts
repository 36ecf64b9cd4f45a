import { describe, expect, test } from 'vitest';
import type { CheckOutcome, Finding } from '../../../shared/domain/finding.ts';
import type { Report } from '../../../shared/domain/report.ts';
import type { JudgedCell } from '../../../shared/domain/verdict.ts';
import { checks } from '../../../shared/judge/checks/index.ts';
import { decide } from '../../../shared/judge/decide.ts';
import { defaultRules } from '../../../shared/judge/default-rules.ts';
import { askGate } from '../../../shared/judge/gate.ts';
import { gateFactsOf } from '../../../shared/judge/gate-facts.ts';
import { finding, greenReport } from '../report/reports.ts';

const rules = defaultRules();
const now = new Date('2026-03-10T12:00:00Z');
const green = greenReport();
const blocking = 'table-rewrite';

const outcomes: readonly CheckOutcome[] = [
  { id: blocking, outcome: 'clear' },
  { id: blocking, outcome: 'found' },
  { id: blocking, outcome: 'found', alsoLacks: ['the size of public.audit_log'] },
  { id: blocking, outcome: 'undetermined', reason: 'nobody looked' },
  { id: blocking, outcome: 'broken', reason: 'it threw' },
  { id: blocking, outcome: 'not-applicable', reason: 'nothing to look at' },
];
const findings: readonly (readonly Finding[])[] = [
  [],
  [finding({ check: blocking, severity: 'blocks' })],
  [finding({ check: blocking, severity: 'blocks', waivedBy: 'Ada', waivedUntil: '2026-03-11T00:00:00Z' })],
  [finding({ check: blocking, severity: 'blocks', waivedBy: 'Ada', waivedUntil: '2026-03-09T00:00:00Z' })],
  [finding({ check: blocking, severity: 'warns' })],
];
const cells: readonly JudgedCell['outcome'][] = ['pass', 'fail', 'not-run'];
const waivers = [[], [{ check: blocking, by: 'Grace', expiresAt: new Date('2026-03-12T00:00:00Z') }]];

const cases = outcomes.flatMap((outcome) =>
  findings.flatMap((found) => cells.flatMap((cell) => waivers.map((given) => ({ outcome, found, cell, given })))),
);

describe('what is kept for the gate', () => {
  test('is the image of next, by its id and as registries have it', () => {
    const image = { name: 'app:2', id: 'sha256:id', digests: ['sha256:pushed'] };
    const images = [{ ...image, app: 'previous', id: 'sha256:old' } as const, { ...image, app: 'next' } as const];
    expect(gateFactsOf({ ...green, images }, null).nextImage).toEqual(['sha256:id', 'sha256:pushed']);
    expect(gateFactsOf(green, null)).not.toHaveProperty('nextImage');
  });

  test.each(cases)('answers as everything would: $outcome.outcome, $cell, $found.length, $given.length', (one) => {
    const report = reportWith(one);
    const everything = { ...gateFactsOf(report, null), checks: report.checks, cells: report.compatibility.cells };
    const answers = [gateFactsOf(report, null), everything].map((facts) =>
      askGate(questionOf(report, facts, one.given)),
    );
    expect(answers[0]).toEqual(answers[1]);
  });

  test('is small where nothing is in doubt', () => {
    expect(green.checks.length).toBeGreaterThan(20);
    expect(gateFactsOf(green, null)).toMatchObject({ checks: [], cells: [] });
  });
});

function reportWith({ outcome, found, cell }: (typeof cases)[number]): Report {
  const [first, ...others] = green.compatibility.cells;
  if (first === undefined) throw new Error('the report has no cells');
  const judged = {
    findings: found,
    checks: green.checks.map((check) => (check.id === outcome.id ? outcome : check)),
    cells: [{ ...first, gates: true, outcome: cell }, ...others],
  };
  const verdict = decide(judged, (id) => checks.find((check) => check.id === id)?.severity ?? 'blocks');
  return {
    ...{ ...green, findings: judged.findings, checks: judged.checks, verdict },
    compatibility: { ...green.compatibility, cells: judged.cells },
  };
}

function questionOf(
  report: Report,
  facts: ReturnType<typeof gateFactsOf>,
  given: (typeof waivers)[number],
): Parameters<typeof askGate>[0] {
  const { verdict } = report;
  const known = { ...{ id: 'rh-1', bundleDigest: 'sha256:aa', rulesDigest: rules.digest, verdict }, distrust: null };
  return {
    ...{ rehearsals: [{ ...facts, ...known, snapshotDataAsOf: null, finishedAt: now }], waivers: given },
    ...{ overrides: [], now, rules },
  };
}
