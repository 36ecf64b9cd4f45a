import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Store } from '../../shared/edge/ports/store.ts';
import type { SelfCheckOutcome } from '../../shared/edge/ports/worker-register.ts';

export interface KeepCheckingParts {
  readonly store: Store;
  readonly worker: string;
  readonly machine: string;
  /** Rejects where it could not look. */
  readonly selfCheck: (signal: AbortSignal) => Promise<SelfCheckOutcome>;
  readonly selfCheckEveryMs: number;
  /** Whether what clones run in was away at some moment since then (`performance.now()`). */
  readonly engineWasAway: (sinceMs: number) => Promise<boolean>;
  readonly log: Logger;
}

/** What could not be made is tried again so soon. */
const retryMs = 60_000;

/** Checks the worker at once and then regularly, beside its work; leaving the scope ends the check under way. */
export function keepChecking(parts: KeepCheckingParts): AsyncDisposable {
  const stop = new AbortController();
  const underWay = (async () => {
    while (!stop.signal.aborted) {
      const wasMade = await checkOnce(parts, stop.signal);
      const waitMs = wasMade ? parts.selfCheckEveryMs : Math.min(retryMs, parts.selfCheckEveryMs);
      // Rejects where the worker stops meanwhile, which the loop sees.
      await delay(waitMs, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
    }
  })();
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort(new Error('the worker stops'));
      await underWay;
    },
  };
}

async function checkOnce(parts: KeepCheckingParts, signal: AbortSignal): Promise<boolean> {
  const { store, worker, machine, log } = parts;
  const begunMs = performance.now();
  try {
    await using _machine = await store.workers.occupy(machine, 'shared', signal);
    const outcome = await parts.selfCheck(signal);
    if (await parts.engineWasAway(begunMs)) throw new Error('the container engine was away meanwhile');
    await store.workers.checked({ ...outcome, worker, machine, tookMs: Math.round(performance.now() - begunMs) });
    if (!outcome.ok) log.error({ says: outcome.says }, 'the self-check went wrong: nobody believes this worker now');
    return true;
  } catch (error) {
    if (!signal.aborted) log.error({ err: error }, 'the self-check could not be made');
    return false;
  }
}
