import type { Report } from '../../domain/report.ts';
import { stepWords } from '../order.ts';
import { sqlBlock } from './findings.ts';
import { html, type Markup } from './markup.ts';

/** Which order would have been safe, what was not seen, and how the change is taken apart. */
export function orderSection({ compatibility: { order } }: Report): Markup {
  if (order === undefined) return html``;
  const steps = (order.split ?? []).map(
    (step) => html`<li>${stepWords(step)}.${step.sql !== undefined && sqlBlock(step.sql)}</li>`,
  );
  const ways = [
    ...order.safe.map((overlap) => html`<li>${overlap}: every version works wherever it has to live</li>`),
    ...order.unsafe.map(
      ({ overlap, app, state, because }) => html`<li>${overlap}: ${app} fails on “${state}”: ${because}</li>`,
    ),
    ...order.unknown.map(({ overlap, because }) => html`<li>${overlap}: not seen; ${because}</li>`),
  ];
  return html`<section id="order"><h2>Order of the deployment</h2><p>${order.proposal}</p><ul>${ways}</ul>
${steps.length > 0 && html`<ol>${steps}</ol>`}</section>`;
}
