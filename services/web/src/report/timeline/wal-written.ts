import { type SteppedMaxima, stepsMax } from '../../../../../shared/domain/series.ts';
import type { RunReading, StatementBar } from './read-run.ts';
import { remembered } from './remembered.ts';
import type { Span } from './time-scale.ts';

/** Of all statements that end in this stretch. */
export const walBytesIn = (attempts: RunReading['attempts'], { fromMs, toMs }: Span): number =>
  attempts
    .flatMap(({ bars }) => bars)
    .filter((bar) => bar.toMs >= fromMs && bar.toMs <= toMs)
    .reduce((sum, { statement }) => sum + statement.walBytes, 0);

/** By the end of each statement; undefined where none wrote any. */
export const walCurve = remembered(({ attempts }: RunReading): SteppedMaxima | undefined => {
  const writers = attempts.flatMap(({ bars }) => bars).filter(({ statement }) => statement.walBytes > 0);
  if (writers.length === 0) return undefined;
  const fromMs = writers.reduce((first, bar) => Math.min(first, bar.fromMs), Number.POSITIVE_INFINITY);
  const toMs = writers.reduce((last, bar) => Math.max(last, bar.toMs), fromMs);
  const stepMs = Math.max(1, (toMs - fromMs) / (stepsMax - 1));
  const most = new Array<number>(Math.floor((toMs - fromMs) / stepMs) + 1).fill(0);
  for (const { toMs: at, statement } of writers) add(most, Math.floor((at - fromMs) / stepMs), statement);
  let soFar = 0;
  return { fromMs, stepMs, most: most.map((bytes) => (soFar += bytes)) };
});

function add(most: number[], step: number, { walBytes }: StatementBar['statement']): void {
  most[step] = (most[step] ?? 0) + walBytes;
}
