import type { Finding } from '../domain/finding.ts';
import type { Report } from '../domain/report.ts';
import { checkCatalogue } from '../judge/checks/documentation.ts';
import { limits } from './limits.ts';
import { fingerprints } from './sarif/fingerprint.ts';
import { excerpt, printable } from './words.ts';

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** Static Analysis Results Interchange Format 2.1.0 (OASIS): one result a finding, at the statement's lines. */
export function renderSarif(report: Report): string {
  const ids = [...new Set(report.findings.map(({ check }) => check))];
  const index = new Map(ids.map((id, at) => [id, at]));
  const prints = fingerprints(report);
  const run = {
    tool: { driver: { name: 'rehearsal', rules: ids.map(rule) } },
    automationDetails: { id: `rehearsal/${word(report.service)}/${word(report.environment)}/` },
    invocations: [invocation(report)],
    columnKind: 'utf16CodeUnits',
    results: report.findings.map((finding, at) => ({
      ruleId: finding.check,
      ruleIndex: index.get(finding.check),
      level: finding.severity === 'blocks' ? 'error' : 'warning',
      message: { text: said(messageOf(finding)) },
      locations: [location(finding)],
      partialFingerprints: { 'rehearsalFinding/v1': prints[at] },
      ...suppressions(finding),
    })),
  };
  return `${JSON.stringify({ $schema: schema, version: '2.1.0', runs: [run] }, undefined, 2)}\n`;
}

/** Titles, reasons and severities are the checks' own words; a check of another version is known by its id alone. */
function rule(id: string) {
  const check = checkCatalogue().find((candidate) => candidate.id === id);
  const title = check?.title ?? id.replaceAll('-', ' ');
  if (check === undefined) return { id, shortDescription: { text: title }, help: { text: title } };
  return {
    id,
    name: id.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: check.why },
    help: { text: `${title}. ${check.why}`, markdown: `**${title}**\n\n${check.why}` },
    defaultConfiguration: { level: check.severity === 'blocks' ? 'error' : 'warning' },
  };
}

/** A reader that sees no result must see that there was no look either. */
function invocation({ verdict, checks, startedAt }: Report) {
  const open = checks.filter(({ outcome }) => outcome === 'undetermined' || outcome === 'broken');
  return {
    executionSuccessful: verdict !== 'inconclusive',
    startTimeUtc: startedAt,
    toolExecutionNotifications: open.map(({ id, outcome, reason, severity }) => ({
      level: severity === 'warns' ? 'warning' : 'error',
      message: { text: said(`${id} is ${outcome}: ${reason ?? 'no reason is known'}`) },
    })),
  };
}

/** Without a statement of a file the whole manifest is the place: every reader wants one. */
function location({ file, line, endLine }: Finding) {
  const artifactLocation = { uri: uriOf(file ?? 'rehearsal.yaml') };
  if (file === undefined || line === undefined) return { physicalLocation: { artifactLocation } };
  const region = { startLine: line, ...(endLine === undefined || endLine < line ? {} : { endLine }) };
  return { physicalLocation: { artifactLocation, region } };
}

function suppressions({ waivedBy, waivedUntil }: Finding) {
  if (waivedBy === undefined) return {};
  const until = waivedUntil === undefined ? '' : ` until ${excerpt(waivedUntil, limits.nameCharacters)}`;
  const justification = printable(`waived by ${excerpt(waivedBy, limits.nameCharacters)}${until}`);
  return { suppressions: [{ kind: 'external', status: 'accepted', justification }] };
}

const said = (raw: string): string => printable(excerpt(raw, limits.summaryCharacters));

const messageOf = ({ title, summary, remedy }: Finding): string => `${title}. ${summary} ${remedy.text}`;

/** Relative to the bundle; a file name may hold what has a meaning in a URI. */
const uriOf = (path: string): string => excerpt(path, limits.valueCharacters).split('/').map(word).join('/');

const word = (raw: string): string => encodeURIComponent(printable(excerpt(raw, limits.nameCharacters)));
