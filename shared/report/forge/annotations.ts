import type { Finding } from '../../domain/finding.ts';
import { excerpt, printable } from '../words.ts';

/** One annotation of a check run: https://docs.github.com/rest/checks/runs */
export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: 'notice' | 'warning' | 'failure';
  readonly title: string;
  readonly message: string;
  readonly raw_details?: string;
}

/** Nobody reads more; the note says how many there are. */
export const annotationsMax = 500;

/** Findings at their statements, worst first. `prefix` is where the bundle lies in the repository. */
export function annotationsOf(findings: readonly Finding[], prefix: string): readonly Annotation[] {
  const worstFirst = [...findings].sort((left, right) => rank(left) - rank(right));
  return worstFirst.slice(0, annotationsMax).map((finding) => annotationOf(finding, prefix));
}

const rank = (finding: Finding): number => ['failure', 'warning', 'notice'].indexOf(levelOf(finding));

/** What somebody accepted is shown and alarms nobody. */
function levelOf({ severity, waivedBy }: Finding): Annotation['annotation_level'] {
  if (waivedBy !== undefined) return 'notice';
  return severity === 'blocks' ? 'failure' : 'warning';
}

function annotationOf(finding: Finding, prefix: string): Annotation {
  const { file = 'rehearsal.yaml', line = 1, endLine = line, title, summary, remedy } = finding;
  const end = finding.file === undefined ? 1 : Math.max(line, endLine);
  return {
    path: joined(prefix, file),
    start_line: finding.file === undefined ? 1 : line,
    end_line: end,
    annotation_level: levelOf(finding),
    // The vendor's limits are 255 characters and 64 KB; a character may have four bytes.
    title: printable(excerpt(title, 250)),
    message: printable(excerpt(`${summary} ${remedy.text}`, 8_000)),
    ...(remedy.sql === undefined ? {} : { raw_details: printable(excerpt(remedy.sql, 8_000)) }),
  };
}

function joined(prefix: string, file: string): string {
  const parts = `${prefix}/${file}`.split('/').filter((part) => part !== '' && part !== '.');
  return printable(parts.join('/'));
}
