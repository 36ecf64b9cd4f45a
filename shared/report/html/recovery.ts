import type { Report } from '../../domain/report.ts';
import type { Recovery } from '../../domain/verdict.ts';
import { sqlBlock } from './findings.ts';
import { html, type Markup } from './markup.ts';

const ways = {
  retry: 'run the migration again',
  'forward-fix': 'go forward and close the gap',
  'roll-back': 'roll back',
} as const;

/** For whoever is on call when it happens all the same; states with one way out are told together. */
export function recoverySection(report: Report): Markup {
  if (report.recovery.length === 0) return html``;
  const alike = Map.groupBy(report.recovery, ({ choose, because, sql, loses }) =>
    JSON.stringify([choose, because, sql, loses]),
  );
  return html`<section id="recovery"><h2>If it happens all the same</h2>${[...alike.values()].map(wayOut)}</section>`;
}

function wayOut(recoveries: readonly Recovery[]): Markup {
  const [first] = recoveries;
  if (first === undefined) return html``;
  const lost = (first.loses ?? []).map(
    ({ relation, rows, columns }) =>
      `${columns === undefined ? '' : `${columns.join(', ')} of `}${relation}${rows === undefined ? '' : ` (${rows} rows)`}`,
  );
  return html`<article class="finding"><h3>${sentenceCase(ways[first.choose])}</h3>
<p class="soft">In the state ${recoveries.map(({ state }) => `“${state}”`).join(', ')}</p><p>${sentenceCase(first.because)}.</p>
${lost.length > 0 && html`<p><strong>It loses:</strong> ${lost.join('; ')}</p>`}
${first.sql !== undefined && sqlBlock(first.sql)}</article>`;
}

const sentenceCase = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
