/** A stretch of time on the run's clock. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Time between the two that lies in any of the intervals, overlapping ones counted once. */
export function overlapMs(intervals: readonly Interval[], fromMs: number, toMs: number): number {
  let coveredToMs = fromMs;
  let sumMs = 0;
  for (const interval of intervals.toSorted((left, right) => left.fromMs - right.fromMs)) {
    const startMs = Math.max(interval.fromMs, coveredToMs);
    const endMs = Math.min(interval.toMs, toMs);
    if (endMs <= startMs) continue;
    sumMs += endMs - startMs;
    coveredToMs = endMs;
  }
  return sumMs;
}
