import type { LoadObservation, LoadSecond } from '../../domain/load.ts';
import type { ReportRun } from '../../domain/report.ts';
import { formatMs } from '../words.ts';
import { html, type Markup } from './markup.ts';

const width = 900;
const height = 260;
const plot = { left: 62, right: 888, top: 30, bottom: 218 } as const;
/** One entry of the series stands for so much time. */
const stepMs = 100;
const latencyTicksMs = [1, 10, 100, 1000, 10_000, 100_000];

/**
 * How long a transaction took that was due at that moment: the slowest of each tenth of a second as an area, the median
 * as a line, on a logarithmic axis because a healthy millisecond and an outage of seconds must both be seen.
 */
export function latencyChart(run: ReportRun, load: LoadObservation): Markup {
  const { series } = load;
  const [first, last] = [series[0], series.at(-1)];
  if (first === undefined || last === undefined) return html`<p class="soft">No transaction was sent.</p>`;
  const originMs = run.migration[0]?.statements[0]?.startedAtMs ?? first.atMs;
  const span = { fromMs: first.atMs, toMs: last.atMs + stepMs };
  const x = (ms: number) =>
    fixed(plot.left + ((ms - span.fromMs) / (span.toMs - span.fromMs)) * (plot.right - plot.left));
  const topMs = latencyTicksMs.find((ms) => ms >= Math.max(...series.map(({ maxMs }) => maxMs))) ?? 1_000_000;
  const y = (ms: number) =>
    fixed(plot.bottom - (Math.log10(Math.max(1, ms)) / Math.log10(topMs)) * (plot.bottom - plot.top));
  const worst = series.reduce((slowest, second) => (second.maxMs > slowest.maxMs ? second : slowest), first);
  const label = `Latency over time: at most ${formatMs(worst.maxMs)}, ${formatMs(worst.atMs - originMs)} after the migration began; ${load.failed} transactions failed`;
  return html`<figure><div class="scroll" role="region" tabindex="0" aria-label="Latency chart"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
${phaseBands(run, span, x)}${latencyAxis(topMs, y)}${timeAxis(span, originMs, x)}
<path class="slowest" d="M${x(span.fromMs)},${plot.bottom}${steps(series, x, y, 'maxMs')}V${plot.bottom}Z"/>
<path class="median" d="M${x(span.fromMs)},${y(first.p50Ms)}${steps(series, x, y, 'p50Ms')}"/>
${series.filter(({ failed }) => failed > 0).map((second) => failureMark(second, x))}</svg></div>
<figcaption class="soft"><span class="key slowest"></span>slowest transaction <span class="key median"></span>median
<span class="key migration"></span>the migration runs <span class="key waits"></span>it waits for a lock${
    load.failed > 0 && html` <span class="key failure">✕</span>transactions failed`
  }. Each transaction counts from the moment it was due.</figcaption></figure>`;
}

type Scale = (ms: number) => string;
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

function steps(series: readonly LoadSecond[], x: Scale, y: Scale, pick: 'maxMs' | 'p50Ms'): string {
  return series.map((second) => `V${y(second[pick])}H${x(second.atMs + stepMs)}`).join('');
}

/** Attempts that began while traffic was flowing; a start after it is the retry of the aftermath. */
function phaseBands(run: ReportRun, span: Span, x: Scale): readonly Markup[] {
  const within = (ms: number) => Math.min(span.toMs, Math.max(span.fromMs, ms));
  return run.migration.flatMap(({ phase, statements }) => {
    const [first, last] = [statements[0], statements.at(-1)];
    if (first === undefined || last === undefined || first.startedAtMs > span.toMs) return [];
    const band = (name: string, fromMs: number, toMs: number) => {
      const [left, right] = [Number(x(within(fromMs))), Number(x(within(toMs)))];
      return html`<rect class="${name}" x="${left}" y="${plot.top}" width="${fixed(Math.max(2, right - left))}" height="${plot.bottom - plot.top}"/>`;
    };
    const end = last.startedAtMs + Math.max(last.durationMs, last.waitedMs);
    return [
      band('migration', first.startedAtMs, end),
      ...statements
        .filter(({ waitedMs }) => waitedMs >= stepMs)
        .map(({ startedAtMs, waitedMs }) => band('waits', startedAtMs, startedAtMs + waitedMs)),
      html`<text x="${x(within(first.startedAtMs))}" y="${plot.top - 8}">${phase}</text>`,
    ];
  });
}

function latencyAxis(topMs: number, y: Scale): readonly Markup[] {
  return latencyTicksMs
    .filter((ms) => ms <= topMs)
    .map(
      (ms) => html`<line x1="${plot.left}" x2="${plot.right}" y1="${y(ms)}" y2="${y(ms)}"/>
<text x="${plot.left - 8}" y="${Number(y(ms)) + 5}" text-anchor="end">${formatMs(ms)}</text>`,
    );
}

/** Seconds since the migration began, at most a dozen marks. */
function timeAxis(span: Span, originMs: number, x: Scale): Markup {
  const everyMs = [1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 3_600_000].find(
    (ms) => (span.toMs - span.fromMs) / ms <= 12,
  );
  const step = everyMs ?? span.toMs - span.fromMs;
  const ticks: number[] = [];
  for (let ms = Math.ceil((span.fromMs - originMs) / step) * step; ms <= span.toMs - originMs; ms += step)
    ticks.push(ms);
  return html`${ticks.map(
    (ms) => html`<text x="${x(originMs + ms)}" y="${plot.bottom + 18}" text-anchor="middle">${ms / 1000} s</text>`,
  )}<text x="${plot.right}" y="${height - 6}" text-anchor="end">time since the migration began</text>`;
}

function failureMark({ atMs }: LoadSecond, x: Scale): Markup {
  return html`<text class="failure" x="${x(atMs + stepMs / 2)}" y="${plot.top + 14}" text-anchor="middle">✕</text>`;
}

const fixed = (value: number): string => value.toFixed(1);
