import type { Finding } from '../domain/finding.ts';
import { excerpt, oneLine } from './words.ts';

export interface FindingGroup {
  readonly check: string;
  readonly mark: 'blocks' | 'warns' | 'waived';
  readonly findings: readonly [Finding, ...Finding[]];
}

/**
 * What blocks comes first, then warnings, then what was waived; the same check for three statements is one thing to
 * read.
 */
export function groupFindings(findings: readonly Finding[]): readonly FindingGroup[] {
  const groups = (['blocks', 'warns', 'waived'] as const).flatMap((mark) => {
    const marked = findings.filter((finding) => markOf(finding) === mark);
    return [...Map.groupBy(marked, ({ check }) => check)].map(([check, found]) => ({ check, mark, findings: found }));
  });
  return groups.flatMap(({ findings: [first, ...rest], ...group }) =>
    first === undefined ? [] : [{ ...group, findings: [first, ...rest] }],
  );
}

export const markOf = (finding: Finding): FindingGroup['mark'] =>
  finding.waivedBy === undefined ? finding.severity : 'waived';

/** Where to look: the line of a file, else the statement's number. */
export function placeOf({ file, line, phase, ordinal }: Finding): string | undefined {
  if (file !== undefined) return line === undefined ? file : `${file}:${line}`;
  if (phase === undefined) return undefined;
  return ordinal === undefined ? `phase ${phase}` : `phase ${phase}, statement ${ordinal}`;
}

/** A title with its place: the same check may say the same of several statements. */
export function likeTitle(finding: Finding, charactersMax: number): string {
  const title = excerpt(oneLine(finding.title), charactersMax);
  const place = placeOf(finding);
  return place === undefined || finding.ordinal === undefined ? title : `${title} (${place})`;
}
