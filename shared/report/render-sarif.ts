import { createHash } from 'node:crypto';
import type { Finding } from '../domain/finding.ts';
import type { Report } from '../domain/report.ts';
import { limits } from './limits.ts';
import { splitState } from './phrases.ts';
import { excerpt, printable } from './words.ts';

/** Static Analysis Results Interchange Format 2.1.0 (OASIS): one result a finding, at the statement's line. */
export function renderSarif(report: Report): string {
  const ids = [...new Set(report.findings.map((finding) => finding.check))];
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'rehearsal',
            rules: ids.map((id) => ({
              id,
              shortDescription: { text: id.replaceAll('-', ' ') },
            })),
          },
        },
        invocations: [{ executionSuccessful: report.verdict !== 'inconclusive' }],
        results: report.findings.map((finding) => result(finding, ids)),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function result(finding: Finding, ids: readonly string[]) {
  const region = finding.line === undefined ? {} : { region: { startLine: finding.line } };
  return {
    ruleId: finding.check,
    ruleIndex: ids.indexOf(finding.check),
    level: finding.severity === 'blocks' ? 'error' : 'warning',
    message: { text: printable(excerpt(messageOf(finding), limits.summaryCharacters)) },
    locations: [
      { physicalLocation: { artifactLocation: { uri: uriOf(finding.file ?? 'rehearsal.yaml') }, ...region } },
    ],
    partialFingerprints: { 'rehearsalFinding/v1': fingerprint(finding) },
    ...(finding.waivedBy === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              justification: printable(`waived by ${excerpt(finding.waivedBy, limits.nameCharacters)}`),
            },
          ],
        }),
  };
}

const messageOf = ({ title, summary, remedy }: Finding): string => `${title}. ${summary} ${remedy.text}`;

/** Relative to the bundle; a file name may hold what has a meaning in a URI. */
const uriOf = (path: string): string =>
  printable(path.slice(0, limits.nameCharacters)).split('/').map(encodeURIComponent).join('/');

/** The identity of a finding, so that the same one is recognised in the next rehearsal. */
function fingerprint({ check, phase, ordinal, relation, app, state }: Finding): string {
  const point = state === undefined ? undefined : splitState(state).point;
  const identity = JSON.stringify([check, phase, ordinal, relation, app, point]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}
