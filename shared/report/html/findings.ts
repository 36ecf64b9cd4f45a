import type { Finding } from '../../domain/finding.ts';
import type { Report } from '../../domain/report.ts';
import { type FindingGroup, groupFindings, placeOf } from '../group-findings.ts';
import { limits } from '../limits.ts';
import { counted, excerpt } from '../words.ts';
import { html, type Markup } from './markup.ts';

/** A list to see how much there is, then one card a check: the first finding told in full, its like folded below it. */
export function findingsSection(report: Report): Markup {
  const groups = groupFindings(report.findings);
  if (groups.length === 0)
    return html`<section id="findings"><h2>Findings</h2><p>None: no check found anything to say.</p></section>`;
  return html`<section id="findings"><h2>Findings</h2>
${groups.length > 2 && html`<ul class="index">${groups.slice(0, limits.checksOfPage).map(indexLine)}</ul>`}
${groups.slice(0, limits.checksOfPage).map(groupCard)}${
  groups.length > limits.checksOfPage &&
  html`<p class="soft">${groups.length - limits.checksOfPage} more checks with findings in report.json.</p>`
}</section>`;
}

function indexLine({ mark, check, findings }: FindingGroup, index: number): Markup {
  const [first] = findings;
  return html`<li><span class="tag ${mark}">${mark}</span><a href="#finding-${index + 1}">${excerpt(first.title, 140)}</a>
${findings.length > 1 && html`<span class="soft">and ${findings.length - 1} more</span>`} <code class="soft">${check}</code></li>`;
}

function groupCard({ mark, check, findings }: FindingGroup, index: number): Markup {
  const [first, ...others] = findings;
  const shown = others.slice(0, limits.findingsOfCheck);
  return html`<article class="finding ${mark}" id="finding-${index + 1}">
<h3><span class="tag ${mark}">${mark}</span>${excerpt(first.title, limits.summaryCharacters)}</h3>
<p class="soft"><code>${check}</code> · ${facts(first)}</p>${body(first)}
${
  shown.length > 0 &&
  html`<details><summary>${counted(others.length, 'more finding')} of this check</summary>${shown.map(
    (finding) => html`<div class="like"><h4>${excerpt(finding.title, limits.summaryCharacters)}</h4>
<p class="soft">${facts(finding)}</p>${body(finding)}</div>`,
  )}${others.length > shown.length && html`<p class="soft">${others.length - shown.length} more in report.json.</p>`}</details>`
}
</article>`;
}

function facts(finding: Finding): string {
  const { runs } = finding.evidence;
  const seen = runs.length > 3 ? `${runs.slice(0, 3).join(', ')} and ${runs.length - 3} more` : runs.join(', ');
  return [
    placeOf(finding),
    finding.relation,
    finding.state === undefined ? undefined : `state “${finding.state}”`,
    `seen in ${seen}`,
  ]
    .filter((fact) => fact !== undefined)
    .join(' · ');
}

function body({ summary, remedy, waivedBy, waivedUntil }: Finding): Markup {
  return html`<p>${excerpt(summary, limits.summaryCharacters)}</p>
<p><strong>What to do:</strong> ${remedy.text}</p>
${remedy.sql !== undefined && sqlBlock(remedy.sql)}
${waivedBy !== undefined && html`<p class="soft">Waived by ${waivedBy}${waivedUntil === undefined ? '' : ` until ${waivedUntil}`}.</p>`}`;
}

/** Something to paste; it scrolls by itself, by keyboard too. */
export function sqlBlock(sql: string): Markup {
  const text = excerpt(sql.replace(/\n[^\S\n]*(?=\n)/g, '').trim(), limits.remedySqlCharacters);
  return html`<pre tabindex="0" role="region" aria-label="SQL to paste"><code>${text}</code></pre>`;
}
