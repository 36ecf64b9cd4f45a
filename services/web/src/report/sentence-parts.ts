import type { Report } from '../../../../shared/domain/report.ts';
import { groupFindings } from '../../../../shared/report/group-findings.ts';
import { limits } from '../../../../shared/report/limits.ts';
import { excerpt, oneLine } from '../../../../shared/report/words.ts';

export interface SentencePart {
  readonly text: string;
  /** Where the fact is shown. */
  readonly href?: string;
}

/** The verdict's sentence, each fact of it with the place of its evidence. */
export function sentenceParts(report: Report): readonly SentencePart[] {
  const links: readonly (readonly [RegExp | string, string])[] = [
    ...titleLink(report),
    [/\d+ more (?:blocking findings?|warnings?)/, '#findings'],
    [/\d+ more checks?/, '#evidence'],
    [/\S+(?= could not be judged)/, '#evidence'],
    [/\d+ accepted by waiver/, '#findings'],
    ...blockedLink(report),
  ];
  return links.reduce<readonly SentencePart[]>(
    (parts, [fact, href]) => parts.flatMap((part) => (part.href === undefined ? split(part.text, fact, href) : [part])),
    [{ text: report.sentence }],
  );
}

function titleLink(report: Report): readonly (readonly [string, string])[] {
  const [worst] = groupFindings(report.findings);
  if (worst === undefined) return [];
  const title = oneLine(worst.findings[0].title).replace(/\.$/, '');
  return [[excerpt(title, limits.sentenceTitleCharacters), '#finding-1']];
}

function blockedLink(report: Report): readonly (readonly [RegExp, string])[] {
  const run = worstRun(report);
  return run === undefined
    ? []
    : [[/blocked for .+? at the worst moment/, `#timeline?run=${encodeURIComponent(run.id)}`]];
}

/** The run in which a transaction of the traffic waited longest. */
export function worstRun({ runs }: Report): Report['runs'][number] | undefined {
  const loaded = runs.filter(({ load, id }) => load !== undefined && !id.startsWith('steady-'));
  return loaded.toSorted((a, b) => (b.load?.blockedMsMax ?? 0) - (a.load?.blockedMsMax ?? 0))[0];
}

function split(text: string, fact: RegExp | string, href: string): readonly SentencePart[] {
  const found = typeof fact === 'string' ? (text.includes(fact) ? fact : undefined) : fact.exec(text)?.[0];
  if (found === undefined || found === '') return [{ text }];
  const at = text.indexOf(found);
  const parts: SentencePart[] = [
    { text: text.slice(0, at) },
    { text: found, href },
    { text: text.slice(at + found.length) },
  ];
  return parts.filter((part) => part.text !== '');
}
