import { depthWords, type LoadObservation } from '../../domain/load.ts';
import type { Report, ReportRun } from '../../domain/report.ts';
import { runWords } from '../phrases.ts';
import { formatMs } from '../words.ts';
import { latencyChart } from './latency-chart.ts';
import { html, type Markup } from './markup.ts';

/** Latency over time of every run that had traffic, the worst one open. */
export function trafficSection(report: Report): Markup {
  const loaded = report.runs
    .flatMap((run) => (run.load === undefined ? [] : [{ run, load: run.load }]))
    .toSorted((a, b) => b.load.blockedMsMax - a.load.blockedMsMax);
  if (loaded.length === 0)
    return html`<section id="traffic"><h2>Traffic</h2><p>No run had traffic: what it would notice is not known.</p></section>`;
  return html`<section id="traffic"><h2>Traffic</h2>${loaded.map(
    ({ run, load }, index) =>
      html`<details ${index === 0 ? 'open' : ''}><summary>${run.id} <span class="soft">${runWords(run)}</span></summary>
${latencyChart(run, load)}${figures(run, load)}</details>`,
  )}</section>`;
}

function figures(run: ReportRun, load: LoadObservation): Markup {
  const failures = Object.entries(load.failedBySqlstate).map(([sqlstate, count]) => `${count} × ${sqlstate}`);
  const { latencyMs, baselineLatencyMs } = load;
  const seen = load.coverage.map(({ relation, planned, seen: done }) => `${relation} ${done} of ${planned}`);
  return html`<dl class="facts">
<dt>Latency</dt><dd>p50 ${formatMs(latencyMs.p50)}, p99 ${formatMs(latencyMs.p99)}, at most ${formatMs(latencyMs.max)}
(before the migration: p50 ${formatMs(baselineLatencyMs.p50)}, p99 ${formatMs(baselineLatencyMs.p99)})</dd>
<dt>Blocked</dt><dd>${formatMs(load.blockedMsMax)} at most, ${formatMs(load.blockedMs)} over ${load.blockedTransactions} transactions,
${depthWords(load)}</dd>
<dt>Failed</dt><dd>${load.failed} of ${load.transactions}${failures.length > 0 ? ` (${failures.join(', ')})` : ''}</dd>
<dt>Generator</dt><dd>${load.achievedRate.toFixed(1)} of ${load.plannedRate} transactions a second, ${formatMs(load.lagMsP99)} late (p99)</dd>
<dt>Writes seen</dt><dd>${seen.length === 0 ? 'none were planned' : seen.join(', ')}</dd>
<dt>Run</dt><dd><a href="#run-${run.id}">${run.id}</a></dd></dl>`;
}
