import type { Finding } from '../domain/finding.ts';
import type { Report } from '../domain/report.ts';
import { formatMs, printable } from './words.ts';

/** Merge request notes are limited to 65,535 characters; this stays well below. */
const findingsShown = 20;
const marks = { pass: '✅', fail: '❌', inconclusive: '⚠️' } as const;

/** The report as a comment on a merge request: the hidden marker lets a bot find and replace its own. */
export function renderMarkdown(report: Report): string {
  const shown = report.findings.slice(0, findingsShown);
  const left = report.findings.length - shown.length;
  return [
    `<!-- rehearsal:${text(report.service)}:${text(report.environment)} -->`,
    `### ${marks[report.verdict]} ${report.verdict}: ${text(report.service)} ${text(report.version)}`,
    '',
    text(report.sentence),
    '',
    ...shown.flatMap(findingLines),
    ...(left > 0 ? [`… and ${left} more findings in the report.`, ''] : []),
    ...report.notTested.slice(0, 10).map(({ what, because }) => `- not tested: ${text(what)} (${text(because)})`),
    '',
    `${report.runs.length} runs, ${formatMs(report.durationMs)}, snapshot ${text(report.snapshot.name)}, bundle \`${report.digests.bundle}\``,
    '',
  ].join('\n');
}

function findingLines(finding: Finding): string[] {
  const place = finding.file === undefined ? '' : ` (${text(finding.file)}:${finding.line ?? '?'})`;
  const mark = finding.waivedBy === undefined ? finding.severity : `waived by ${text(finding.waivedBy)}`;
  return [
    `**${text(finding.title)}**${place} · ${finding.check} · ${mark}`,
    text(finding.summary).slice(0, 1000),
    `→ ${text(finding.remedy.text).slice(0, 500)}`,
    ...(finding.remedy.sql === undefined
      ? []
      : ['```sql', finding.remedy.sql.replaceAll('```', "'''").slice(0, 1000), '```']),
    '',
  ];
}

/** Markup and mentions of strangers stay text. */
function text(raw: string): string {
  return printable(raw)
    .replaceAll('\n', ' ')
    .replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? character)
    .replace(/([`*_[\]|@#])/g, '\\$1');
}
