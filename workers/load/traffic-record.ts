/** What became of one transaction of the traffic. Times are ms from the run's start. */
export interface TrafficRecord {
  /** When it should have begun. */
  readonly intendedAtMs: number;
  /** When the generator handed it to the queue. */
  readonly queuedAtMs: number;
  readonly finishedAtMs: number;
  /** Index into the plan's templates. */
  readonly template: number;
  /** SQLSTATE; `connection` where it ended without one; `unfinished`: it waited to the end; null: committed. */
  readonly failure: string | null;
  /** A committed one that found no row to write says so, and is not missed as a write. */
  readonly wrote: boolean;
}

/** What the generator's thread gives back when it ends. */
export interface TrafficRecording {
  readonly records: readonly TrafficRecord[];
  /** Most arrivals that waited for a free connection at the same moment. */
  readonly arrivalQueueMax: number;
  readonly preparedAgain: number;
  readonly stoppedAtMs: number;
}

/** Main thread → generator. */
export type TrafficOrder =
  | { readonly order: 'versions'; readonly versions: readonly ('previous' | 'next')[] }
  | { readonly order: 'stop'; readonly drainMs: number };

/** Generator → main thread. */
export type TrafficNews =
  | { readonly news: 'ready' }
  | { readonly news: 'unreachable'; readonly message: string }
  | { readonly news: 'recording'; readonly recording: TrafficRecording };
