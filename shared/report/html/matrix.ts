import type { Report } from '../../domain/report.ts';
import type { JudgedCell } from '../../domain/verdict.ts';
import { html, type Markup } from './markup.ts';

const words = { pass: 'works', fail: 'breaks', 'not-run': 'not asked' } as const;

/** Which version works on which state: a table, so that it reads the same with and without eyes. */
export function matrixSection(report: Report): Markup {
  const { cells, overlap } = report.compatibility;
  if (cells.length === 0)
    return html`<h2 id="versions">Versions on each state</h2><p>The bundle has no applications.</p>`;
  const states = [...new Set(cells.map((cell) => cell.state))];
  const columns = (['previous', 'next'] as const).flatMap((app) =>
    (['running', 'fresh'] as const).map((boot) => ({ app, boot })),
  );
  return html`<h2 id="versions">Versions on each state</h2>
<p class="soft">Overlap ${overlap}. A cell marked ● gates: that version must live on that state during this deployment.</p>
<div class="scroll"><table><thead><tr><th scope="col">State</th>${columns.map(
    ({ app, boot }) =>
      html`<th scope="col">${app === 'previous' ? report.previous : report.version} (${app}), ${boot}</th>`,
  )}</tr></thead>
<tbody>${states.map(
    (state) =>
      html`<tr><th scope="row">${state}</th>${columns.map(({ app, boot }) =>
        cellMarkup(cells.find((cell) => cell.state === state && cell.app === app && cell.boot === boot)),
      )}</tr>`,
  )}</tbody></table></div>`;
}

function cellMarkup(cell: JudgedCell | undefined): Markup {
  if (cell === undefined) return html`<td class="cell not-run">–</td>`;
  const failed = cell.probes.filter((probe) => probe.outcome === 'fail');
  const errors = cell.sqlErrors.map((error) => `${error.sqlstate} ${error.message}`);
  return html`<td class="cell ${cell.outcome}">${cell.gates ? '● ' : ''}${words[cell.outcome]}
${cell.because !== undefined && html`<div class="soft">${cell.because}</div>`}
${failed.map((probe) => html`<div class="soft">${probe.name}: ${probe.detail}</div>`)}
${errors.map((error) => html`<div class="soft">${error}</div>`)}</td>`;
}
