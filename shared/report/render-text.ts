import type { Finding } from '../domain/finding.ts';
import type { Report, ReportRun } from '../domain/report.ts';
import { formatMs, printable } from './words.ts';

/** The report for a terminal: verdict first, then what blocks, then how it is known. */
export function renderText(report: Report): string {
  const blocking = report.findings.filter((finding) => finding.severity === 'blocks' && finding.waivedBy === undefined);
  const rest = report.findings.filter((finding) => !blocking.includes(finding));
  const lines = [
    `${report.verdict.toUpperCase()}  ${plain(report.sentence)}`,
    '',
    ...blocking.flatMap(findingLines),
    ...rest.flatMap(findingLines),
    ...matrixLines(report),
    ...openLines(report),
    ...report.runs.filter((run) => run.outcome === 'not-run').map(notRunLine),
    ...(report.notTested.length === 0 ? [] : ['Not tested:']),
    ...report.notTested.map(({ what, because }) => `  - ${plain(what)}: ${plain(because)}`),
    '',
    `${report.runs.length} runs in ${formatMs(report.durationMs)} on ${report.host.kind} (PostgreSQL ${plain(report.host.postgres)}), ` +
      `snapshot ${plain(report.snapshot.name)}@${plain(report.snapshot.version)}, seed ${report.seed}`,
    `bundle ${report.digests.bundle}`,
    '',
  ];
  return lines.join('\n');
}

function findingLines(finding: Finding): string[] {
  const mark = finding.waivedBy !== undefined ? 'waived' : finding.severity;
  const place =
    finding.file === undefined ? '' : `  ${plain(finding.file)}${finding.line === undefined ? '' : `:${finding.line}`}`;
  const remedy = [finding.remedy.text, ...(finding.remedy.sql?.split('\n') ?? [])];
  return [
    `[${mark}] ${finding.check}: ${plain(finding.title)}${place}`,
    `    ${plain(finding.summary)}`,
    ...remedy.map((line, index) => `    ${index === 0 ? '→ ' : '    '}${plain(line)}`),
    ...(finding.waivedBy === undefined ? [] : [`    waived by ${plain(finding.waivedBy)}`]),
    '',
  ];
}

function matrixLines(report: Report): string[] {
  if (report.compatibility.cells.length === 0) return [];
  const marks = { pass: 'ok', fail: 'BREAKS', 'not-run': 'not run' } as const;
  return [
    `Versions on each state (● gates, overlap ${report.compatibility.overlap}):`,
    ...report.compatibility.cells.map(
      (cell) =>
        `  ${cell.gates ? '●' : ' '} ${cell.app.padEnd(8)} ${cell.boot.padEnd(7)} ${marks[cell.outcome].padEnd(7)} ${plain(cell.state)}` +
        `${cell.because === undefined ? '' : `  (${plain(cell.because)})`}`,
    ),
    '',
  ];
}

function openLines(report: Report): string[] {
  const open = report.checks.filter((check) => check.outcome === 'undetermined' || check.outcome === 'broken');
  if (open.length === 0) return [];
  return ['Could not be judged:', ...open.map((check) => `  - ${check.id}: ${plain(check.reason ?? '')}`), ''];
}

const notRunLine = (run: ReportRun): string => `Not run: ${run.id} (${plain(run.why ?? '')})`;

/** Names and messages come from strangers: no control character of theirs reaches the terminal. */
const plain = (text: string): string => printable(text).replaceAll('\n', ' ');
