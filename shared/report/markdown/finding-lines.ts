import { type FindingGroup, likeTitle, placeOf } from '../group-findings.ts';
import { counted } from '../words.ts';
import { elementText, fenced, folded, text } from './escape.ts';

const signs = { blocks: '❌', warns: '⚠️', waived: '☑️' } as const;
const likeShown = 5;

/** One check, folded: its title is enough to know of it, the rest is for whoever has to mend it. */
export function groupLines({ check, mark, findings }: FindingGroup): string[] {
  const [first, ...others] = findings;
  const place = placeOf(first);
  const waived = first.waivedBy === undefined ? mark : `waived by ${text(first.waivedBy, 100)}`;
  const like = others.slice(0, likeShown).map((finding) => `- ${text(likeTitle(finding, 180), 250)}`);
  const more = others.length === 0 ? '' : ` <i>and ${counted(others.length, 'more finding')}</i>`;
  const sql = first.remedy.sql;
  return folded(`${signs[mark]} <b>${elementText(first.title, 200)}</b>${more}`, [
    `\`${check.replaceAll('`', '')}\` · ${waived}${place === undefined ? '' : ` · ${text(place, 200)}`}`,
    '',
    text(first.summary, 1000),
    '',
    `→ ${text(first.remedy.text, 500)}`,
    '',
    ...(sql === undefined ? [] : fenced(sql, 1500)),
    ...(like.length === 0 ? [] : ['And likewise:', '', ...like]),
    ...(others.length > like.length ? [`- ${others.length - like.length} more`] : []),
    ...(like.length === 0 ? [] : ['']),
  ]);
}
