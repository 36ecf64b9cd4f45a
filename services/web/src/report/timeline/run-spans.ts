import type { ReportAttempt, ReportRun } from '../../../../../shared/domain/report.ts';
import type { SteppedMaxima } from '../../../../../shared/domain/series.ts';
import type { Span } from './time-scale.ts';

/** One entry of the traffic's series stands for so much time. */
export const seriesStepMs = 100;
/** A bar with both ends has to have some room beside it. */
const marginShare = 0.02;
/** A command that used so much of its memory is looked at for that, before its first statement and after its last. */
const memoryShare = 0.5;

export interface RunSpans {
  /** Everything that was recorded. */
  readonly whole: Span;
  /** As long as there is traffic, where there is any: what starts long after it is the retry of the aftermath. */
  readonly first: Span;
}

export function runSpans(run: ReportRun, bars: readonly Span[]): RunSpans {
  const traffic = (run.load?.series ?? []).map(({ atMs }) => ({ fromMs: atMs, toMs: atMs + seriesStepMs }));
  const lag = run.standby?.lag === undefined ? [] : [seriesSpan(run.standby.lag.ms)];
  const memory = run.migration.flatMap((attempt) => (attempt.memory === undefined ? [] : [seriesSpan(attempt.memory)]));
  const scarce = run.migration.filter(wasScarce).flatMap((attempt) => attempt.memory ?? []);
  const untilMs = traffic.reduce((last, { toMs }) => Math.max(last, toMs), 0);
  const early = traffic.length === 0 ? bars : bars.filter(({ fromMs }) => fromMs <= untilMs);
  const unknown = { fromMs: 0, toMs: Math.max(1, run.durationMs) };
  const whole = around([...bars, ...traffic, ...lag, ...memory]) ?? unknown;
  return { whole, first: around([...early, ...traffic, ...lag, ...scarce.map(seriesSpan)]) ?? whole };
}

export const seriesSpan = ({ fromMs, stepMs, most }: SteppedMaxima): Span => ({
  fromMs,
  toMs: fromMs + most.length * stepMs,
});

/** All of them, with some room at both ends; undefined where there are none. */
export function around(spans: readonly Span[]): Span | undefined {
  if (spans.length === 0) return undefined;
  const fromMs = spans.reduce((first, span) => Math.min(first, span.fromMs), Number.POSITIVE_INFINITY);
  const toMs = spans.reduce((last, span) => Math.max(last, span.toMs), Number.NEGATIVE_INFINITY);
  const marginMs = Math.max(1, (toMs - fromMs) * marginShare);
  return { fromMs: fromMs - marginMs, toMs: toMs + marginMs };
}

const wasScarce = ({ oomKilled, memoryPeakBytes, memoryLimitBytes }: ReportAttempt): boolean =>
  oomKilled || (memoryPeakBytes ?? 0) > memoryShare * (memoryLimitBytes ?? Number.POSITIVE_INFINITY);
