import type { Report } from '../../domain/report.ts';
import type { JudgedCell } from '../../domain/verdict.ts';
import { cellReasons, runWords, splitState } from '../phrases.ts';
import { excerpt } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { table } from './table.ts';

const words = { pass: 'works', fail: 'breaks', 'not-run': 'not asked' } as const;

/** Which version works on which state: a table, so that it reads the same with and without eyes. */
export function matrixSection(report: Report): Markup {
  const { cells, overlap } = report.compatibility;
  if (cells.length === 0)
    return html`<section id="versions"><h2>Versions on each state</h2><p>The bundle has no applications.</p></section>`;
  const columns = (['previous', 'next'] as const)
    .flatMap((app) => (['running', 'fresh'] as const).map((boot) => ({ app, boot })))
    .filter(({ app, boot }) => cells.some((cell) => cell.app === app && cell.boot === boot));
  const states = [...new Set(cells.map(({ state }) => state))];
  const body = (title: string, part: readonly string[]) =>
    part.length > 0 &&
    html`<tbody><tr><th scope="rowgroup" colspan="${columns.length + 1}" class="part">${title}</th></tr>${part.map(
      (state) =>
        html`<tr><th scope="row">${stateLabel(report, state)}</th>${columns.map(({ app, boot }) =>
          cellMarkup(cells.find((cell) => cell.state === state && cell.app === app && cell.boot === boot)),
        )}</tr>`,
    )}</tbody>`;
  const planned = states.filter((state) => splitState(state).runId === undefined);
  return html`<section id="versions"><h2>Versions on each state</h2>
<p class="soft">Overlap ${overlap}. ● gates: that version must live on that state during this deployment.</p>
${table(
  'Versions on each state',
  [
    { title: 'State' },
    ...columns.map(({ app, boot }) => ({
      title: `${app} ${app === 'previous' ? report.previous : report.version}, ${boot === 'fresh' ? 'freshly started' : 'kept running'}`,
    })),
  ],
  html`${body('As planned', planned)}${body(
    'What a run under stress left',
    states.filter((state) => !planned.includes(state)),
  )}`,
)}</section>`;
}

function stateLabel(report: Report, state: string): Markup {
  const { point, runId } = splitState(state);
  const run = report.runs.find(({ id }) => id === runId);
  return html`${point}${run !== undefined && html`<div class="soft">${runWords(run)}</div>`}${
    runId !== undefined && run === undefined && html`<div class="soft">in ${runId}</div>`
  }`;
}

function cellMarkup(cell: JudgedCell | undefined): Markup {
  if (cell === undefined) return html`<td class="cell not-run">–</td>`;
  const reasons = cellReasons(cell);
  return html`<td class="cell ${cell.outcome}"><strong>${cell.gates ? '● ' : ''}${words[cell.outcome]}</strong>
${reasons.slice(0, 3).map((reason) => html`<div>${excerpt(reason, 200)}</div>`)}</td>`;
}
