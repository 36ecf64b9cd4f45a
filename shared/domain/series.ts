/** The most of each step of time, in a number of steps that has a limit. */
export interface SteppedMaxima {
  /** Where the first step begins. */
  readonly fromMs: number;
  readonly stepMs: number;
  /** null: nobody looked in that step. */
  readonly most: readonly (number | null)[];
}

/** A curve of more points is no wider on a screen, and a report has hundreds of runs. */
export const stepsMax = 80;
const firstStepMs = 50;

export const beginSeries = (fromMs: number): SteppedMaxima => ({ fromMs, stepMs: firstStepMs, most: [] });

/** With one more look in it; nobody knows how long it will go on, so steps are made twice as long when they run out. */
export function withLook(series: SteppedMaxima, atMs: number, value: number): SteppedMaxima {
  const step = Math.max(0, Math.floor((atMs - series.fromMs) / series.stepMs));
  if (step >= stepsMax) return withLook(coarser(series), atMs, value);
  const most = Array.from({ length: Math.max(series.most.length, step + 1) }, (_, at) => series.most[at] ?? null);
  most[step] = Math.max(most[step] ?? value, value);
  return { ...series, most };
}

function coarser({ fromMs, stepMs, most }: SteppedMaxima): SteppedMaxima {
  const pairs = Array.from({ length: Math.ceil(most.length / 2) }, (_, pair) => most.slice(pair * 2, pair * 2 + 2));
  return {
    fromMs,
    stepMs: stepMs * 2,
    most: pairs.map((pair) => {
      const seen = pair.filter((value) => value !== null);
      return seen.length === 0 ? null : Math.max(...seen);
    }),
  };
}

/** What no curve needs to tell apart only makes a report longer. */
export const rounded = (series: SteppedMaxima): SteppedMaxima => ({
  fromMs: Math.round(series.fromMs),
  stepMs: series.stepMs,
  most: series.most.map((value) => (value === null ? null : Math.round(value))),
});
