import type { Report } from '../../domain/report.ts';
import { formatBytes, formatMs } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { table } from './table.ts';

const words = {
  found: 'found',
  undetermined: 'could not be judged',
  broken: 'the check itself failed',
  clear: 'clear',
  'not-applicable': 'not applicable',
} as const;

/** Every check with its outcome: silence is not the same as a look that found nothing. */
export function checksSection(report: Report): Markup {
  return html`<section id="checks"><h2>Checks</h2>${table(
    'Checks',
    [{ title: 'Check' }, { title: 'Outcome' }, { title: 'Reason' }],
    html`<tbody>${report.checks.map(
      ({ id, outcome, reason }) =>
        html`<tr><th scope="row"><code>${id}</code></th><td>${words[outcome]}</td><td>${reason ?? ''}</td></tr>`,
    )}</tbody>`,
  )}</section>`;
}

/** What the verdict stands on, and the digests that the gate is bound to. */
export function evidenceSection(report: Report): Markup {
  const { snapshot, host, digests } = report;
  const data = snapshot.dataAsOf === null ? 'made from SQL' : `data as of ${snapshot.dataAsOf}`;
  const cloned = snapshot.cloneMethod === 'copy' ? 'full copies' : 'reflink clones';
  return html`<section id="evidence"><h2>Evidence</h2><dl class="facts">
<dt>Rehearsal</dt><dd>${report.rehearsalId}, seed ${report.seed}, ${report.startedAt}, took ${formatMs(report.durationMs)}</dd>
<dt>Snapshot</dt><dd>${snapshot.name}@${snapshot.version}, ${formatBytes(snapshot.bytes)}, ${data}, ${cloned}</dd>
<dt>Host</dt><dd>${host.kind}, PostgreSQL ${host.postgres}, memory limits by ${host.memoryLimit},
${host.cpus} cores, ${formatBytes(host.memoryBytes)}</dd>
<dt>Bundle</dt><dd><code>${digests.bundle}</code></dd>
<dt>Snapshot</dt><dd><code>${digests.snapshot}</code></dd>
<dt>Rules</dt><dd><code>${digests.rules}</code></dd>
<dt>Previous</dt><dd><code>${digests.previousApp ?? 'none'}</code></dd>
<dt>Next</dt><dd><code>${digests.nextApp ?? 'none'}</code></dd>
${(report.images ?? []).map(({ app, name, id }) => html`<dt>Image of ${app}</dt><dd>${name} <code>${id}</code></dd>`)}</dl></section>`;
}
