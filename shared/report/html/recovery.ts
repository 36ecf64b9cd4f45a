import type { Report } from '../../domain/report.ts';
import type { Recovery } from '../../domain/verdict.ts';
import { limits } from '../limits.ts';
import { excerpt } from '../words.ts';
import { sqlBlock } from './findings.ts';
import { html, type Markup } from './markup.ts';

const ways = {
  retry: 'run the migration again',
  'forward-fix': 'go forward and close the gap',
  'roll-back': 'roll back',
} as const;

/** For whoever is on call when it happens all the same: a card a way out, the states that need the same together. */
export function recoverySection(report: Report): Markup {
  if (report.recovery.length === 0) return html``;
  const cards = [...Map.groupBy(report.recovery, ({ choose }) => choose).values()];
  return html`<section id="recovery"><h2>If it happens all the same</h2>${cards.map(card)}</section>`;
}

function card(recoveries: readonly Recovery[]): Markup {
  const alike = Map.groupBy(recoveries, (recovery) => JSON.stringify([reason(recovery), recovery.sql, recovery.loses]));
  return html`<article class="finding">${[...alike.values()].map(wayOut)}</article>`;
}

/** How the state came about stands in its name; what follows the semicolon is why this way out. */
const reason = ({ because }: Recovery): string => because.slice(because.indexOf('; ') + 1).trim();

function wayOut(recoveries: readonly Recovery[], index: number): Markup {
  const [first] = recoveries;
  if (first === undefined) return html``;
  const lost = (first.loses ?? []).map(
    ({ relation, rows, columns }) =>
      `${columns === undefined ? '' : `${columns.join(', ')} of `}${relation}${rows === undefined ? '' : ` (${rows} rows)`}`,
  );
  return html`${index === 0 && html`<h3>${sentenceCase(ways[first.choose])}</h3>`}
<div class="${index === 0 ? 'first' : 'like'}"><p>In the state ${recoveries.map(({ state }) => `“${state}”`).join(', ')}:
${excerpt(reason(first), limits.summaryCharacters)}.</p>
${lost.length > 0 && html`<p><strong>It loses:</strong> ${lost.join('; ')}</p>`}
${first.sql !== undefined && sqlBlock(first.sql)}</div>`;
}

const sentenceCase = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
