import type { CheckOutcome, Finding } from '../domain/finding.ts';
import type { Report } from '../domain/report.ts';
import { placeOf } from './group-findings.ts';
import { limits } from './limits.ts';
import { excerpt, printable } from './words.ts';

/**
 * One test case a check: a blocking finding fails it, what could not be judged is an error, so CI shows no false green.
 */
export function renderJunit(report: Report): string {
  const cases = report.checks.map((check) => testCase(report, check));
  const count = (kind: string) => cases.filter((line) => line.includes(`<${kind} `)).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="rehearsal" tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" time="${(report.durationMs / 1000).toFixed(3)}">`,
    `<testsuite name="${text(report.service)} ${text(report.version)}" tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}">`,
    ...cases,
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(report: Report, check: CheckOutcome): string {
  const open = `<testcase classname="rehearsal" name="${text(check.id)}">`;
  const blocking = report.findings.filter(
    (finding) => finding.check === check.id && finding.severity === 'blocks' && finding.waivedBy === undefined,
  );
  if (blocking.length > 0) {
    const [first] = blocking;
    const body = blocking.slice(0, limits.findingsOfCheck).map(failureText).join('\n\n');
    return `${open}<failure message="${text(first?.title ?? '')}">${text(body, limits.caseCharacters)}</failure></testcase>`;
  }
  switch (check.outcome) {
    case 'undetermined':
    case 'broken':
      return `${open}<error message="${text(`${check.outcome}: ${check.reason}`)}"/></testcase>`;
    case 'not-applicable':
      return `${open}<skipped message="${text(check.reason)}"/></testcase>`;
    case 'clear':
    case 'found':
      return `${open}</testcase>`;
  }
}

function failureText(finding: Finding): string {
  const place = placeOf(finding);
  return [
    excerpt(finding.title, limits.summaryCharacters),
    ...(place === undefined ? [] : [`at ${place}`]),
    excerpt(finding.summary, limits.summaryCharacters),
    `→ ${excerpt(finding.remedy.text, limits.summaryCharacters)}`,
    ...(finding.remedy.sql === undefined ? [] : [excerpt(finding.remedy.sql, limits.remedySqlCharacters)]),
  ].join('\n');
}

/** XML 1.0 has no place for control characters, escaped or not. */
function text(raw: string, charactersMax: number = limits.nameCharacters): string {
  return printable(excerpt(raw, charactersMax))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
