import type { LoadObservation } from '../../domain/observation.ts';
import type { Report } from '../../domain/report.ts';
import { formatMs } from '../words.ts';
import { html, type Markup } from './markup.ts';

const width = 900;
const height = 190;
const left = 60;
const bottom = 26;

/** Latency over time of every run that had traffic: how long an arrival at that moment took, failures marked. */
export function trafficSection(report: Report): Markup {
  const loaded = report.runs.flatMap((run) => (run.load === undefined ? [] : [{ run, load: run.load }]));
  if (loaded.length === 0) return html``;
  return html`<h2 id="traffic">Traffic</h2>${loaded.map(
    ({ run, load }, index) => html`<details ${index === 0 ? html`open` : ''}><summary>${run.id}</summary>
${chart(load, run.migration)}
<p class="soft">${load.transactions} transactions at ${load.achievedRate.toFixed(1)} of ${load.plannedRate}/s planned, ${load.failed} failed
${Object.entries(load.failedBySqlstate).map(([sqlstate, count]) => ` ${sqlstate} × ${count}`)};
latency p99 ${formatMs(load.latencyMs.p99)} (before: ${formatMs(load.baselineLatencyMs.p99)}), longest ${formatMs(load.latencyMs.max)};
blocked behind the migration at most ${formatMs(load.blockedMsMax)}, ${formatMs(load.blockedMs)} in all.
Writes seen of planned: ${load.coverage.map(({ relation, planned, seen }) => `${relation} ${seen}/${planned}`).join(', ')}.</p></details>`,
  )}`;
}

/** Bars of the slowest arrival in each tenth of a second, on a logarithmic scale, over the time in which phases ran. */
function chart(load: LoadObservation, migration: Report['runs'][number]['migration']): Markup {
  const { series } = load;
  const startMs = series[0]?.atMs ?? 0;
  const endMs = (series.at(-1)?.atMs ?? 0) + 100;
  const x = (ms: number) => left + ((ms - startMs) / Math.max(1, endMs - startMs)) * (width - left - 10);
  const topMs = Math.max(100, ...series.map((second) => second.maxMs));
  const y = (ms: number) =>
    height - bottom - (Math.log10(Math.max(1, ms)) / Math.log10(topMs)) * (height - bottom - 12);
  const barWidth = Math.max(1, (x(startMs + 100) - x(startMs)) * 0.85);
  const spans = migration.flatMap(({ statements }) => {
    const first = statements[0];
    const last = statements.at(-1);
    return first === undefined || last === undefined
      ? []
      : [{ from: first.startedAtMs, to: last.startedAtMs + last.durationMs + last.waitedMs }];
  });
  const ticks = [1, 10, 100, 1000, 10_000].filter((ms) => ms <= topMs);
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Slowest transaction in each tenth of a second, ${formatMs(topMs)} at most">
${spans.map(
  ({ from, to }) =>
    html`<rect x="${x(from).toFixed(1)}" y="6" width="${Math.max(2, x(to) - x(from)).toFixed(1)}" height="${height - bottom - 6}" fill="var(--mark)" opacity="0.14"/>`,
)}
${ticks.map(
  (
    ms,
  ) => html`<line x1="${left}" x2="${width - 10}" y1="${y(ms).toFixed(1)}" y2="${y(ms).toFixed(1)}" stroke="var(--line)"/>
<text x="${left - 6}" y="${(y(ms) + 4).toFixed(1)}" text-anchor="end">${formatMs(ms)}</text>`,
)}
${series.map(
  (second) =>
    html`<rect x="${x(second.atMs).toFixed(1)}" y="${y(second.maxMs).toFixed(1)}" width="${barWidth.toFixed(1)}" height="${Math.max(0, height - bottom - y(second.maxMs)).toFixed(1)}" fill="${second.failed > 0 ? 'var(--fail)' : 'var(--mark)'}"/>`,
)}
<text x="${left}" y="${height - 8}">${formatMs(startMs)}</text>
<text x="${width - 10}" y="${height - 8}" text-anchor="end">${formatMs(endMs)} after the run's start; shaded: the migration; red: failures</text>
</svg>`;
}
