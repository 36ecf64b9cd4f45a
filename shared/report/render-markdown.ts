import type { Report } from '../domain/report.ts';
import { type FindingGroup, groupFindings, likeTitle, placeOf } from './group-findings.ts';
import { limits } from './limits.ts';
import { tellStory } from './story.ts';
import { counted, excerpt, formatMs, oneLine, printable } from './words.ts';

const marks = { pass: '✅', fail: '❌', inconclusive: '⚠️' } as const;

/** The report as a comment on a merge request: the hidden marker lets a bot find and replace its own. */
export function renderMarkdown(report: Report): string {
  const head = [
    `<!-- rehearsal:${identifier(report.service)}:${identifier(report.environment)} -->`,
    `### ${marks[report.verdict]} ${report.verdict}: ${text(report.service, 100)} ${text(report.version, 100)}`,
    '',
    text(report.sentence, 1000),
    '',
    ...storyLines(report),
  ];
  const foot = [...notTestedLines(report), '', ...footLines(report), ''];
  const groups = groupFindings(report.findings);
  const room = limits.noteCharacters - [...head, ...foot].join('\n').length;
  const shown = fitting(groups.slice(0, limits.noteFindings).map(groupLines), room);
  const left = groups.length - shown.length;
  const more = left > 0 ? [`… and ${counted(left, 'more check')} with findings in the report.`, ''] : [];
  return [...head, ...shown.flat(), ...more, ...foot].join('\n');
}

/** As many as fit, in order: a note that is too long is refused as a whole. */
function fitting(blocks: readonly (readonly string[])[], charactersMax: number): readonly (readonly string[])[] {
  let used = 0;
  const end = blocks.findIndex((lines) => {
    used += lines.join('\n').length + 1;
    return used > charactersMax;
  });
  return end === -1 ? blocks : blocks.slice(0, end);
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

function groupLines({ check, mark, findings }: FindingGroup): string[] {
  const [first, ...others] = findings;
  const place = placeOf(first);
  const waived = first.waivedBy === undefined ? mark : `waived by ${text(first.waivedBy, 100)}`;
  const like = others.slice(0, 5).map((finding) => `- ${text(likeTitle(finding, 180), 250)}`);
  const sql = first.remedy.sql;
  return [
    `**${text(first.title, 300)}**`,
    `${check} · ${waived}${place === undefined ? '' : ` · ${text(place, 200)}`}`,
    '',
    text(first.summary, 1000),
    '',
    `→ ${text(first.remedy.text, 500)}`,
    '',
    ...(sql === undefined ? [] : fenced(printable(excerpt(sql, 1500)))),
    ...(like.length === 0 ? [] : ['And likewise:', '', ...like]),
    ...(others.length > like.length ? [`- ${others.length - like.length} more`] : []),
    ...(like.length === 0 ? [] : ['']),
  ];
}

/** A fence that no line of the text can close: longer than the longest run of backticks in it. */
function fenced(sql: string): string[] {
  const longest = (sql.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  const lines = sql.split('\n').filter((line) => line.trim() !== '');
  return [`${fence}sql`, ...lines, fence, ''];
}

function notTestedLines({ notTested }: Report): string[] {
  if (notTested.length === 0) return [];
  const lines = notTested.slice(0, 10).map(({ what, because }) => `- ${text(what, 200)}: ${text(because, 300)}`);
  const left = notTested.length - lines.length;
  return ['Not tested:', '', ...lines, ...(left > 0 ? [`- and ${left} more`] : [])];
}

function footLines(report: Report): string[] {
  const { runs, durationMs, snapshot, host, digests } = report;
  const ran = `${counted(runs.length, 'run')} in ${formatMs(durationMs)} on ${host.kind}, PostgreSQL ${text(host.postgres, 40)}`;
  return [`${ran}, snapshot ${text(snapshot.name, 100)}, bundle \`${digests.bundle}\``];
}

/** Markup, links and mentions of strangers stay text. */
function text(raw: string, charactersMax: number): string {
  return excerpt(oneLine(printable(excerpt(raw, limits.valueCharacters))), charactersMax)
    .replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? character)
    .replace(/([\\`*_~[\]()!|@#$])/g, '\\$1')
    .replace(/(https?|ftp|www)([:.])/gi, '$1\u200b$2');
}

/** Inside a comment: nothing that could end it. */
const identifier = (raw: string): string =>
  raw
    .slice(0, 100)
    .replace(/[^\w.@/-]+/g, '-')
    .replace(/-{2,}/g, '-');
