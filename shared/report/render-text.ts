import type { Report } from '../domain/report.ts';
import { groupFindings } from './group-findings.ts';
import { hintLine } from './hints.ts';
import { limits } from './limits.ts';
import { harmSentence, standbyWords } from './phrases.ts';
import { tellStory } from './story.ts';
import { groupLines } from './text/finding-lines.ts';
import { matrixLines } from './text/matrix-lines.ts';
import { orderLines } from './text/order-lines.ts';
import { plain, wrap } from './text/wrap.ts';
import { counted, excerpt, formatMs } from './words.ts';

/** The report for a terminal: verdict first, then what would happen, what blocks, and how it is known. */
export function renderText(report: Report): string {
  return [
    ...wrap(report.sentence, `${report.verdict.toUpperCase()}  `, '      '),
    ...wrap(harmSentence(report), '      '),
    '',
    ...storyLines(report),
    ...groupFindings(report.findings).flatMap(groupLines),
    ...matrixLines(report),
    ...orderLines(report),
    ...standbyLines(report),
    ...openLines(report),
    ...notTestedLines(report),
    ...hintLines(report),
    ...wrap(
      `${counted(report.runs.length, 'run')} in ${formatMs(report.durationMs)} on ${report.host.kind} (PostgreSQL ${report.host.postgres}), ` +
        `snapshot ${report.snapshot.name}@${report.snapshot.version}, seed ${report.seed}`,
      '',
    ),
    `bundle ${plain(report.digests.bundle)}`,
    '',
  ].join('\n');
}

function storyLines(report: Report): string[] {
  const story = tellStory(report);
  if (story === undefined || report.verdict === 'pass') return [];
  return [
    `What would happen (${plain(story.run.id)}):`,
    ...story.lines.flatMap(({ atMs, text }) =>
      wrap(text, `  ${(atMs === undefined ? 'then' : formatMs(atMs)).padStart(8)}  `, ' '.repeat(12)),
    ),
    '',
  ];
}

function standbyLines({ runs }: Report): string[] {
  const lines = runs.flatMap(({ standby }) => (standby === undefined ? [] : wrap(standbyWords(standby), '')));
  return lines.length === 0 ? [] : [...lines, ''];
}

function openLines(report: Report): string[] {
  const open = report.checks.filter(({ outcome }) => outcome === 'undetermined' || outcome === 'broken');
  if (open.length === 0) return [];
  const byReason = Map.groupBy(open, ({ reason }) => reason ?? '');
  const lines = [...byReason].flatMap(([reason, checks]) =>
    wrap(`${checks.map(({ id }) => id).join(', ')}: ${reason}`, '  - ', '    '),
  );
  return ['Could not be judged:', ...lines, ''];
}

function hintLines({ hints = [] }: Report): string[] {
  if (hints.length === 0) return [];
  const shown = hints.slice(0, limits.hintsOfTerminal);
  const left = hints.length - shown.length;
  return [
    'What a linter reads, beside what was seen (it decides nothing):',
    ...shown.flatMap((hint) => wrap(excerpt(hintLine(hint), 400), '  - ', '    ')),
    ...(left > 0 ? [`  - ${left} more in report.json`] : []),
    '',
  ];
}

function notTestedLines(report: Report): string[] {
  const missing = report.runs
    .filter(({ outcome }) => outcome === 'not-run')
    .map(({ id, why }) => ({ what: id, because: why ?? 'it did not happen' }));
  const lines = [...report.notTested, ...missing].flatMap(({ what, because }) =>
    wrap(`${what}: ${because}`, '  - ', '    '),
  );
  return lines.length === 0 ? [] : ['Not tested:', ...lines, ''];
}
