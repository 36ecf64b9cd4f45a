import type { LiveRun } from '../live-run.ts';

/** The time in which we held up one attempt: it is ours, not the migration's. */
export class Brakes {
  readonly #run: LiveRun;
  readonly #pending = new Set<Promise<void>>();
  readonly #bySession = new Map<number, number>();
  #totalMs = 0;
  #sinceMs = 0;

  constructor(run: LiveRun) {
    this.#run = run;
  }

  /** Of the whole attempt so far, several sessions at once counted once. */
  get totalMs(): number {
    return this.#totalMs + (this.#pending.size > 0 ? this.#run.now() - this.#sinceMs : 0);
  }

  /** Of one session, looks that have ended. */
  sessionMs(session: number): number {
    return this.#bySession.get(session) ?? 0;
  }

  async hold(session: number, look: () => Promise<void>): Promise<void> {
    const fromMs = this.#run.now();
    if (this.#pending.size === 0) this.#sinceMs = fromMs;
    const held = look();
    const quiet = held.then(
      () => undefined,
      () => undefined,
    );
    this.#pending.add(quiet);
    try {
      await held;
    } finally {
      const toMs = this.#run.now();
      this.#run.brakes.push({ fromMs, toMs });
      this.#bySession.set(session, this.sessionMs(session) + toMs - fromMs);
      this.#pending.delete(quiet);
      if (this.#pending.size === 0) this.#totalMs += toMs - this.#sinceMs;
    }
  }

  /** Nothing of it is looked at any more: what is recorded is complete. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) {
      await Promise.all(this.#pending);
      // The set is emptied in the same turn in which the looks settle, a moment later.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
}
