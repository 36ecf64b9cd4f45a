/** Time, injected so that a run's times share one origin. */
export interface Clock {
  /** Monotonic ms from an arbitrary origin. */
  now(): number;
  /** Wall time, for people and expiry only. */
  wallTime(): Date;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}
