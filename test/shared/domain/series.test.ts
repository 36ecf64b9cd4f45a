import { describe, expect, it } from 'vitest';
import { beginSeries, rounded, type SteppedMaxima, stepsMax, withLook } from '../../../shared/domain/series.ts';

const looks = (times: readonly number[], valueAt: (ms: number) => number): SteppedMaxima =>
  times.reduce((series, ms) => withLook(series, ms, valueAt(ms)), beginSeries(1000));

describe('a series of maxima', () => {
  it('keeps the most of each step, and says where nobody looked', () => {
    const series = withLook(withLook(withLook(beginSeries(1000), 1000, 3), 1049, 7), 1160, 2);
    expect(series).toEqual({ fromMs: 1000, stepMs: 50, most: [7, null, null, 2] });
  });

  it('has a limited number of steps however long it goes on, and loses no peak', () => {
    const times = Array.from({ length: 20_000 }, (_, at) => 1000 + at * 25);
    const series = looks(times, (ms) => (ms === 123_000 ? 99 : 1));
    expect(series.most.length).toBeLessThanOrEqual(stepsMax);
    expect(series.most.length).toBeGreaterThan(stepsMax / 4);
    const peak = series.most.indexOf(99);
    expect(series.fromMs + peak * series.stepMs).toBeLessThanOrEqual(123_000);
    expect(series.fromMs + (peak + 1) * series.stepMs).toBeGreaterThan(123_000);
    expect(series.fromMs + series.most.length * series.stepMs).toBeGreaterThan(times.at(-1) ?? 0);
  });

  it('takes a look after a long silence in its place', () => {
    const series = withLook(withLook(beginSeries(0), 0, 1), 1_000_000, 5);
    expect(series.most.length).toBeLessThanOrEqual(stepsMax);
    expect([series.most[0], series.most.at(-1)]).toEqual([1, 5]);
    expect(series.most.slice(1, -1).every((value) => value === null)).toBe(true);
  });

  it('is told in whole numbers', () => {
    expect(rounded({ fromMs: 0.6, stepMs: 50, most: [1.4, null] })).toEqual({ fromMs: 1, stepMs: 50, most: [1, null] });
  });
});
