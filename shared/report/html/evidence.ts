import type { Report } from '../../domain/report.ts';
import { formatBytes, formatMs } from '../words.ts';
import { html, type Markup } from './markup.ts';

/** What the verdict stands on: every check, what was not looked at, and the digests that the gate is bound to. */
export function evidenceSection(report: Report): Markup {
  const { snapshot, host, digests } = report;
  return html`${report.recovery.length > 0 && recoveryMarkup(report)}
<h2 id="checks">Checks</h2><div class="scroll"><table><thead><tr><th>Check</th><th>Outcome</th><th>Reason</th></tr></thead>
<tbody>${report.checks.map(
    ({ id, outcome, reason }) => html`<tr><td><code>${id}</code></td><td>${outcome}</td><td>${reason ?? ''}</td></tr>`,
  )}</tbody></table></div>
<h2 id="not-tested">Not tested</h2>${
    report.notTested.length === 0
      ? html`<p>Nothing that the bundle asks for was left out.</p>`
      : html`<ul>${report.notTested.map(({ what, because }) => html`<li>${what}: ${because}</li>`)}</ul>`
  }
<h2 id="evidence">Evidence</h2><dl>
<dt>rehearsal</dt><dd>${report.rehearsalId}, seed ${report.seed}, ${report.startedAt}, took ${formatMs(report.durationMs)}</dd>
<dt>snapshot</dt><dd>${snapshot.name}@${snapshot.version}, ${formatBytes(snapshot.bytes)}, ${
    snapshot.dataAsOf === null ? 'made from SQL' : `data as of ${snapshot.dataAsOf}`
  }, clones by ${snapshot.cloneMethod}</dd>
<dt>host</dt><dd>${host.kind}, PostgreSQL ${host.postgres}, memory limits by ${host.memoryLimit}, ${host.cpus} cores</dd>
<dt>bundle</dt><dd><code>${digests.bundle}</code></dd>
<dt>snapshot digest</dt><dd><code>${digests.snapshot}</code></dd>
<dt>rules</dt><dd><code>${digests.rules}</code></dd>
<dt>previous</dt><dd><code>${digests.previousApp ?? 'none'}</code></dd>
<dt>next</dt><dd><code>${digests.nextApp ?? 'none'}</code></dd></dl>`;
}

function recoveryMarkup(report: Report): Markup {
  return html`<h2 id="recovery">If it happens all the same</h2>${report.recovery.map(
    ({
      state,
      choose,
      because,
      sql,
    }) => html`<article class="finding"><h3>State "${state}": ${choose}</h3><p>${because}</p>
${sql !== undefined && html`<pre><code>${sql}</code></pre>`}</article>`,
  )}`;
}
