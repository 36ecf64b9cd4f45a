import { formatMs } from '../../../../../shared/report/words.ts';

/** A stretch of a run's clock. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface TimeScale extends Span {
  readonly widthPx: number;
  x(ms: number): number;
  ms(x: number): number;
}

export function timeScale({ fromMs, toMs }: Span, widthPx: number): TimeScale {
  const lengthMs = Math.max(1e-3, toMs - fromMs);
  return {
    fromMs,
    toMs,
    widthPx,
    x: (ms) => ((ms - fromMs) / lengthMs) * widthPx,
    ms: (x) => fromMs + (x / widthPx) * lengthMs,
  };
}

const roundSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 3e5, 6e5, 18e5, 36e5];
const pxOfTick = 72;

/** Round times since the origin, as many as can be read. */
export function ticks(scale: TimeScale, originMs: number): readonly number[] {
  const many = Math.max(2, Math.floor(scale.widthPx / pxOfTick));
  const step = roundSteps.find((ms) => (scale.toMs - scale.fromMs) / ms <= many) ?? 72e5;
  const first = Math.ceil((scale.fromMs - originMs) / step) * step;
  const found: number[] = [];
  for (let ms = first; ms <= scale.toMs - originMs; ms += step) found.push(ms);
  return found;
}

export const overlaps = (span: Span, other: Span): boolean => span.fromMs <= other.toMs && other.fromMs <= span.toMs;

/** `+120 ms`, `−2 s`: a time of the run's clock, counted from the migration's first statement. */
export function sinceMigration(ms: number, originMs: number): string {
  const since = Math.round(ms - originMs);
  return since < 0 ? `−${formatMs(-since)}` : `+${formatMs(since)}`;
}
