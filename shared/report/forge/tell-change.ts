import type { Problem } from '../../domain/problem.ts';
import type { Report } from '../../domain/report.ts';
import { text } from '../markdown/escape.ts';
import { renderMarkdown } from '../render-markdown.ts';
import { excerpt, printable } from '../words.ts';

/** What is known of a change when its forge is told. */
export type ChangeResult =
  | { readonly kind: 'report'; readonly report: Report; readonly gate?: GateSaid }
  | { readonly kind: 'problem'; readonly problem: Problem }
  /** Nobody rehearsed it. `migrations` are those files of the change that look like some; null: nobody could look. */
  | { readonly kind: 'none'; readonly migrations: readonly string[] | null };

export interface GateSaid {
  readonly answer: 'allow' | 'block' | 'unreachable';
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
}

/** The same for every forge: green or not, one line, and a note in Markdown. */
export interface Telling {
  readonly outcome: 'success' | 'failure';
  readonly title: string;
  readonly note: string;
}

/** No evidence is no success: only a pass, an open gate, or a change without migrations is green. */
export function tellChange(result: ChangeResult): Telling {
  switch (result.kind) {
    case 'report':
      return ofReport(result.report, result.gate);
    case 'problem':
      return ofProblem(result.problem);
    case 'none':
      return ofNothing(result.migrations);
  }
}

function ofReport(report: Report, gate: GateSaid | undefined): Telling {
  const note = renderMarkdown(report);
  const line = `${report.verdict}: ${report.sentence}`;
  if (gate === undefined) return { outcome: report.verdict === 'pass' ? 'success' : 'failure', title: cut(line), note };
  const reasons = gate.reasons.map((reason) => `- ${text(`${reason.code}: ${reason.text}`, 300)}`).slice(0, 10);
  const head = { allow: 'The gate allows it.', block: 'The gate blocks it.', unreachable: 'The gate does not answer.' };
  const isOpen = gate.answer === 'allow';
  return {
    outcome: isOpen ? 'success' : 'failure',
    title: cut(`${isOpen && report.verdict !== 'pass' ? 'allowed in spite of ' : ''}${line}`),
    note: [`**${head[gate.answer]}**`, ...reasons, '', note].join('\n'),
  };
}

function ofProblem({ title, detail, remedy, problems }: Problem): Telling {
  const places = problems.slice(0, 20).map(({ file, line, key, message }) => {
    const place = [file, line, key].filter((part) => part !== undefined).join(':');
    return `- ${text(`${place} ${message}`, 300)}`;
  });
  const lines = [
    `### ❌ No rehearsal: ${text(title, 100)}`,
    '',
    text(detail, 1000),
    '',
    ...places,
    '',
    text(remedy, 500),
  ];
  return { outcome: 'failure', title: cut(`no rehearsal: ${detail}`), note: lines.join('\n') };
}

function ofNothing(migrations: readonly string[] | null): Telling {
  if (migrations?.length === 0) {
    return { outcome: 'success', title: 'no migrations in this change', note: '### No migrations in this change' };
  }
  const title = 'migrations without a rehearsal';
  const why =
    migrations === null
      ? 'Which files were changed could not be read, so it counts as a change that contains migrations.'
      : 'The change contains migrations, and nobody rehearsed them:';
  const files = (migrations ?? []).slice(0, 20).map((path) => `- ${text(path, 200)}`);
  const more = (migrations?.length ?? 0) - files.length;
  const remedy = 'Let the pipeline run `rehearse submit` on the bundle before this status is told.';
  const lines = [`### ❌ ${title}`, '', why, '', ...files, ...(more > 0 ? [`- and ${more} more`] : []), '', remedy];
  return { outcome: 'failure', title, note: lines.join('\n') };
}

/** GitHub shows 255 characters of a title and refuses more of some; GitLab refuses a description from 256 on. */
const cut = (line: string): string => printable(excerpt(line, 200));
