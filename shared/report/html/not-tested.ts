import type { Report } from '../../domain/report.ts';
import { html, type Markup } from './markup.ts';

/** What this report does not speak of: read before trusting it. */
export function notTestedSection(report: Report): Markup {
  const missing = report.runs.filter(({ outcome }) => outcome === 'not-run');
  const lines = [
    ...report.notTested.map(({ what, because }) => html`<li><strong>${what}</strong>: ${because}</li>`),
    ...missing.map(
      ({ id, why }) => html`<li><strong>${id}</strong> did not happen: ${why ?? 'no reason is known'}</li>`,
    ),
  ];
  return html`<section id="not-tested"><h2>Not tested</h2>${
    lines.length === 0 ? html`<p>Nothing that the bundle asks for was left out.</p>` : html`<ul>${lines}</ul>`
  }</section>`;
}
