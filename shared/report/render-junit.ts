import type { CheckOutcome, Finding } from '../domain/finding.ts';
import type { Report } from '../domain/report.ts';
import { markOf, placeOf } from './group-findings.ts';
import { limits } from './limits.ts';
import { counted, excerpt, printable } from './words.ts';

type Kind = 'failure' | 'error' | 'skipped' | 'success';
interface Case {
  readonly kind: Kind;
  readonly lines: readonly string[];
}

/**
 * One test case a check: a blocking finding fails it, and a blocking check that could not be judged is an error, so
 * that CI shows no false green. A file without failures and errors is a pass, and only a pass.
 */
export function renderJunit(report: Report): string {
  const judged = report.checks.map((check) => testCase(report, check));
  const bad = judged.some(({ kind }) => kind === 'failure' || kind === 'error');
  const cases = bad || report.verdict === 'pass' ? judged : [...judged, verdictCase(report)];
  const count = (kind: Kind) => cases.filter((one) => one.kind === kind).length;
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}"`;
  const time = `time="${(report.durationMs / 1000).toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="rehearsal" ${counts} ${time}>`,
    `<testsuite name="${text(`${report.service} ${report.version}`)}" ${counts} skipped="${count('skipped')}" ${time} timestamp="${text(report.startedAt.slice(0, 19))}">`,
    ...cases.flatMap(({ lines }) => lines),
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(report: Report, check: CheckOutcome): Case {
  const found = report.findings.filter((finding) => finding.check === check.id);
  const blocking = found.filter((finding) => markOf(finding) === 'blocks');
  if (blocking.length > 0) return caseOf(check.id, 'failure', blocking[0]?.title ?? '', toldOf(blocking));
  const others = toldOf(found);
  switch (check.outcome) {
    case 'undetermined':
    case 'broken': {
      const kind = blocksVerdict(report, check) ? 'error' : 'skipped';
      return caseOf(check.id, kind, `${check.outcome}: ${check.reason}`, others);
    }
    case 'not-applicable':
      return caseOf(check.id, 'skipped', check.reason, others);
    case 'clear':
    case 'found':
      return caseOf(check.id, 'success', '', others);
  }
}

/** Where a check's severity is not known it counts as one that blocks; a pass has no such check. */
const blocksVerdict = ({ verdict }: Report, { severity }: CheckOutcome): boolean =>
  verdict !== 'pass' && severity !== 'warns';

/** No check failed and yet it is no pass: a version could not be asked on a state that it must live on. */
const verdictCase = ({ verdict, sentence }: Report): Case =>
  caseOf('verdict', verdict === 'fail' ? 'failure' : 'error', sentence, '');

/** What fails is the failure's text; warnings and what was waived are output of a case that did not fail. */
function caseOf(name: string, kind: Kind, message: string, told: string): Case {
  const open = `<testcase classname="rehearsal" name="${text(name)}" time="0">`;
  const out = told === '' ? [] : [`<system-out>${text(told, limits.caseCharacters)}</system-out>`];
  const lines = {
    failure: [`<failure type="blocks" message="${text(message)}">${text(told, limits.caseCharacters)}</failure>`],
    error: [`<error type="no-evidence" message="${text(message)}"/>`, ...out],
    skipped: [`<skipped message="${text(message)}"/>`, ...out],
    success: out,
  }[kind];
  return { kind, lines: [open, ...lines, '</testcase>'] };
}

function toldOf(findings: readonly Finding[]): string {
  const told = findings.slice(0, limits.findingsOfCheck).map(findingText);
  const left = findings.length - told.length;
  return [...told, ...(left > 0 ? [`${counted(left, 'more finding')} of this check in report.json.`] : [])].join(
    '\n\n',
  );
}

function findingText(finding: Finding): string {
  const place = placeOf(finding);
  const { waivedBy } = finding;
  return [
    `[${markOf(finding)}] ${excerpt(finding.title, limits.summaryCharacters)}`,
    ...(waivedBy === undefined ? [] : [`waived by ${excerpt(waivedBy, limits.nameCharacters)}`]),
    ...(place === undefined ? [] : [`at ${excerpt(place, limits.nameCharacters)}`]),
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
