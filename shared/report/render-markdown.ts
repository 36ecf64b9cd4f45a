import { createHash } from 'node:crypto';
import type { Report } from '../domain/report.ts';
import { groupFindings } from './group-findings.ts';
import { hintLine } from './hints.ts';
import { limits } from './limits.ts';
import { fenced, folded, text } from './markdown/escape.ts';
import { groupLines } from './markdown/finding-lines.ts';
import { stepWords } from './order.ts';
import { harmSentence } from './phrases.ts';
import { tellStory } from './story.ts';
import { counted, formatMs } from './words.ts';

const marks = { pass: '✅', fail: '❌', inconclusive: '⚠️' } as const;

/**
 * The report as a comment on a merge request: one screen, the details folded. The hidden marker lets a bot find and
 * replace its own.
 */
export function renderMarkdown(report: Report): string {
  const head = [
    marker(report),
    `### ${marks[report.verdict]} ${report.verdict}: ${text(report.service, 100)} ${text(report.version, 100)}`,
    '',
    text(report.sentence, 1000),
    '',
    text(harmSentence(report), 400),
    '',
    ...storyLines(report),
  ];
  const foot = [
    ...orderLines(report),
    ...openLines(report),
    ...notTestedLines(report),
    ...hintLines(report),
    footLine(report),
    '',
  ];
  const groups = groupFindings(report.findings);
  const blocks = groups.slice(0, limits.noteFindings).map(groupLines);
  const shown = fitting(blocks, limits.noteBytes - sizeOf([...head, ...foot, ...cutLines(report, groups.length)]));
  return [...head, ...shown.flat(), ...cutLines(report, groups.length - shown.length), ...foot].join('\n');
}

/** Two services never share a comment: a name that had to be changed to fit into a comment carries its digest. */
function marker({ service, environment }: Report): string {
  return `<!-- rehearsal:${identifier(service)}:${identifier(environment)} -->`;
}

/** Inside of a comment: nothing that could end it. */
function identifier(raw: string): string {
  const plain = raw
    .slice(0, 100)
    .replace(/[^\w.@/-]+/g, '-')
    .replace(/-{2,}/g, '-');
  return plain === raw ? raw : `${plain}.${createHash('sha256').update(raw).digest('hex').slice(0, 8)}`;
}

/** A forge may count bytes. */
const sizeOf = (lines: readonly string[]): number => Buffer.byteLength(lines.join('\n'));

/** As many as fit, in order: a note that is too long is refused as a whole. */
function fitting(blocks: readonly (readonly string[])[], bytesMax: number): readonly (readonly string[])[] {
  let used = 0;
  const end = blocks.findIndex((lines) => {
    used += sizeOf(lines) + 1;
    return used > bytesMax;
  });
  return end === -1 ? blocks : blocks.slice(0, end);
}

/** A reader of a cut note must know that it is one, and where the rest is. */
function cutLines({ rehearsalId }: Report, checks: number): string[] {
  if (checks <= 0) return [];
  const rest = 'All of it stands in `report.html` and `report.json`';
  return [
    `**Cut to fit into a comment:** the findings of ${counted(checks, 'more check')} are left out. ${rest} of ${text(rehearsalId, 60)}.`,
    '',
  ];
}

function storyLines(report: Report): string[] {
  const story = tellStory(report);
  if (story === undefined || report.verdict === 'pass') return [];
  return [
    '| when | what would happen |',
    '| ---: | :--- |',
    ...story.lines.map(
      (line) => `| ${line.atMs === undefined ? 'then' : formatMs(line.atMs)} | ${text(line.text, 400)} |`,
    ),
    '',
  ];
}

/** One sentence; how the change is taken apart is folded away. */
function orderLines({ verdict, compatibility: { order } }: Report): string[] {
  if (order === undefined || verdict === 'pass') return [];
  const steps = (order.split ?? []).slice(0, limits.noteLines);
  const lines = steps.map((step) => `- ${text(stepWords(step), 300)}`);
  const sql = steps.flatMap((step) => (step.sql === undefined ? [] : [step.sql]));
  return [
    `**Order:** ${text(order.proposal, 500)}`,
    '',
    ...(lines.length === 0
      ? []
      : folded('expand and contract', [
          ...lines,
          '',
          ...(sql.length === 0 ? [] : fenced(sql.join('\n'), limits.remedySqlCharacters)),
        ])),
  ];
}

/** No evidence is not a pass: what could not be judged is told as openly as what was found. */
function openLines({ checks }: Report): string[] {
  const open = checks.filter(({ outcome }) => outcome === 'undetermined' || outcome === 'broken');
  return list('could not be judged', 'check', open, ({ id, reason }) => `- \`${id}\`: ${text(reason ?? '', 200)}`);
}

const notTestedLines = ({ notTested }: Report): string[] =>
  list('not tested', 'thing', notTested, ({ what, because }) => `- ${text(what, 100)}: ${text(because, 150)}`);

const hintLines = ({ hints }: Report): string[] =>
  list('of the text alone', 'hint', hints ?? [], (hint) => `- ${text(hintLine(hint), 250)}`);

function list<Item>(title: string, noun: string, items: readonly Item[], line: (item: Item) => string): string[] {
  if (items.length === 0) return [];
  const left = items.length - limits.noteLines;
  const lines = items.slice(0, limits.noteLines).map(line);
  return folded(`${counted(items.length, noun)} ${title}`, [
    ...lines,
    ...(left > 0 ? [`- and ${left} more in \`report.json\``] : []),
    '',
  ]);
}

function footLine({ runs, durationMs, snapshot, host, digests }: Report): string {
  const ran = `${counted(runs.length, 'run')} in ${formatMs(durationMs)} on ${host.kind}, PostgreSQL ${text(host.postgres, 40)}`;
  return `${ran}, snapshot ${text(snapshot.name, 100)}, bundle \`${digests.bundle}\``;
}
