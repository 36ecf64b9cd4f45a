import type { Hint } from '../../domain/hint.ts';
import type { Report } from '../../domain/report.ts';
import { hintWords } from '../hints.ts';
import { limits } from '../limits.ts';
import { excerpt } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { table } from './table.ts';

/** What reading the SQL says, beside what running it showed; the verdict knows nothing of it. */
export function hintsSection({ hints, hintsUnavailable }: Report): Markup {
  if (hints === undefined && hintsUnavailable === undefined) return html``;
  const shown = (hints ?? []).slice(0, limits.hintsOfPage);
  const left = (hints ?? []).length - shown.length;
  return html`<section id="hints"><h2>What a linter reads, beside what was seen</h2>
<p class="soft">Read by squawk out of the SQL files. It decides nothing: the verdict is the same without it.</p>${
    hintsUnavailable !== undefined && html`<p>There are no hints: ${hintsUnavailable}.</p>`
  }${hints !== undefined && shown.length === 0 && html`<p>It has nothing to say, and nothing happened that it should have said.</p>`}${
    shown.length > 0 &&
    table(
      'Hints of the linter',
      [{ title: 'Statement' }, { title: 'It says' }, { title: 'What was seen' }],
      html`<tbody>${shown.map(row)}</tbody>`,
    )
  }${left > 0 && html`<p class="soft">${left} more in report.json.</p>`}</section>`;
}

const row = ({ file, line, rule, message, status, because }: Hint): Markup =>
  html`<tr><th scope="row">${file}:${line}</th><td><code>${rule}</code>
<div>${excerpt(message, 300)}</div></td><td><strong>${hintWords[status]}</strong><div>${excerpt(because, 300)}</div></td></tr>`;
