import { limits } from '../limits.ts';
import { excerpt, printable } from '../words.ts';

/** HTML that is already safe; only the `html` tag makes it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Part[] | undefined | false;

/** Escapes every value that is not markup itself, so that names and messages of strangers stay inert. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    strings.reduce((text, string, index) => text + (index === 0 ? '' : print(parts[index - 1])) + string, ''),
  );
}

function print(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map(print).join('');
  return escapeHtml(String(part));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return printable(excerpt(text, limits.valueCharacters)).replace(
    /[&<>"']/g,
    (character) => entities[character] ?? character,
  );
}
