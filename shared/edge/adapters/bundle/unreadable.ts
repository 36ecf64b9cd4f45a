import type { ProblemPlace } from '../../../domain/problem.ts';

/** Ends reading at once: what comes after it would be no evidence about the bundle, or too much of it. */
export class BundleUnreadable extends Error {
  readonly place: ProblemPlace;

  constructor(place: ProblemPlace, cause?: unknown) {
    super(place.message, cause === undefined ? undefined : { cause });
    this.name = 'BundleUnreadable';
    this.place = place;
  }
}
