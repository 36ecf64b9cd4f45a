import type { Finding } from '../../domain/finding.ts';
import { type FindingGroup, likeTitle, placeOf } from '../group-findings.ts';
import { limits } from '../limits.ts';
import { excerpt, printable } from '../words.ts';
import { plain, wrap } from './wrap.ts';

const likeShown = 5;

/** One check: its first finding in full, its like by title. */
export function groupLines({ check, mark, findings }: FindingGroup): string[] {
  const [first, ...others] = findings;
  return [
    ...wrap(`${check}: ${first.title}`, `[${mark}] `, '    '),
    ...whereLine(first),
    ...wrap(excerpt(first.summary, limits.summaryCharacters), '    '),
    ...wrap(first.remedy.text, '    → ', '      '),
    ...sqlLines(first),
    ...(first.waivedBy === undefined ? [] : wrap(`waived by ${first.waivedBy}`, '    ')),
    ...others.slice(0, likeShown).flatMap((finding) => wrap(likeTitle(finding, 180), '    + ', '      ')),
    ...(others.length > likeShown ? [`    + ${others.length - likeShown} more`] : []),
    '',
  ];
}

function whereLine(finding: Finding): string[] {
  const place = placeOf(finding);
  return place === undefined ? [] : [`    at ${plain(place)}`];
}

/** Lines to paste are never broken. */
function sqlLines({ remedy }: Finding): string[] {
  if (remedy.sql === undefined) return [];
  return printable(excerpt(remedy.sql, limits.remedySqlCharacters))
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `        ${line}`);
}
