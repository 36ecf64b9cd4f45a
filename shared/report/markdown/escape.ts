import { limits } from '../limits.ts';
import { excerpt, oneLine, printable } from '../words.ts';

/**
 * A stranger's text in a line of Markdown: markup, links, mentions, references and a forge's commands stay text.
 * A backslash alone does not stop mentions and references: forges look for them in what was rendered.
 */
export function text(raw: string, charactersMax: number): string {
  return excerpt(oneLine(printable(excerpt(raw, limits.valueCharacters))), charactersMax)
    .replace(/[&<>]/g, entity)
    .replace(/([\\`*_~[\]()!|@#$])/g, '\\$1')
    .replace(references, '$1\u200b')
    .replace(links, '$1\u200b$2')
    .replace(/^([-+=/])/, '\\$1')
    .replace(/^(\d+)\.(?=\s|$)/, '$1\\.');
}

/** The same inside of an HTML element, where Markdown's own signs mean nothing. */
export function elementText(raw: string, charactersMax: number): string {
  return excerpt(oneLine(printable(excerpt(raw, limits.valueCharacters))), charactersMax)
    .replace(/[&<>"[\]`*|\\]/g, entity)
    .replace(references, '$1\u200b')
    .replace(links, '$1\u200b$2');
}

/** A fence that no line of the text can close: longer than the longest run of backticks in it. */
export function fenced(sql: string, charactersMax: number): string[] {
  const lines = printable(excerpt(sql, charactersMax))
    .split('\n')
    .filter((line) => line.trim() !== '')
    // A forge may take `/close` at a line's beginning for a command, fence or not.
    .map((line) => line.replace(/^\/(?=[a-z])/i, ' /'));
  const longest = (lines.join('\n').match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return [`${fence}sql`, ...lines, fence, ''];
}

/** What can be folded away; its content is Markdown again after the empty line. */
export const folded = (summary: string, lines: readonly string[]): string[] => [
  `<details><summary>${summary}</summary>`,
  '',
  ...lines,
  '</details>',
  '',
];

/** Mentions, labels, issues, merge requests, milestones, epics, snippets: a sign and a word. */
const references = /([@#!~%$])(?=[\w{"])/g;
const links = /(https?|ftp|www|mailto)([:.])/gi;
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const entity = (character: string): string => entities[character] ?? `&#${character.charCodeAt(0)};`;
