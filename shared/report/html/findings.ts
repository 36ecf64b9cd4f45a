import type { Finding } from '../../domain/finding.ts';
import type { Report } from '../../domain/report.ts';
import { html, type Markup } from './markup.ts';

/** Findings in order of harm, each with its place and what to do. */
export function findingsSection(report: Report): Markup {
  if (report.findings.length === 0) return html`<h2 id="findings">Findings</h2><p>None.</p>`;
  return html`<h2 id="findings">Findings</h2>${report.findings.map(findingCard)}`;
}

function findingCard(finding: Finding): Markup {
  const mark = finding.waivedBy === undefined ? finding.severity : 'waived';
  const place =
    finding.file === undefined ? undefined : `${finding.file}${finding.line === undefined ? '' : `:${finding.line}`}`;
  const facts = [
    place,
    finding.phase === undefined ? undefined : `phase ${finding.phase}`,
    finding.ordinal === undefined ? undefined : `statement ${finding.ordinal}`,
    finding.relation,
    finding.state === undefined ? undefined : `state "${finding.state}"`,
    `seen in ${finding.evidence.runs.join(', ')}`,
  ].filter((fact) => fact !== undefined);
  return html`<article class="finding ${finding.waivedBy === undefined ? finding.severity : 'waived'}">
<h3><span class="tag ${mark}">${mark}</span>${finding.title}</h3>
<p class="soft"><code>${finding.check}</code> · ${facts.join(' · ')}</p>
<p>${finding.summary}</p>
<p><strong>What to do:</strong> ${finding.remedy.text}</p>
${finding.remedy.sql !== undefined && html`<pre><code>${finding.remedy.sql}</code></pre>`}
${finding.waivedBy !== undefined && html`<p class="soft">Waived by ${finding.waivedBy}.</p>`}
</article>`;
}
