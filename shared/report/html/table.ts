import { html, type Markup } from './markup.ts';

export interface Column {
  readonly title: string;
  readonly number?: true;
}

/** A table that scrolls by itself on a narrow screen, by touch and by keyboard, so that the page never does. */
export function table(label: string, columns: readonly Column[], bodies: Markup): Markup {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table><thead><tr>${columns.map(
    ({ title, number }) => html`<th scope="col"${number === true ? numberClass : ''}>${title}</th>`,
  )}</tr></thead>${bodies}</table></div>`;
}

const numberClass = html` class="number"`;
