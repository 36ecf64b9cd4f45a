import type { RehearsalId } from '../../shared/domain/ids.ts';
import type { Store } from '../../shared/edge/ports/store.ts';

/** Runs in hand, and whether somebody cancelled their rehearsal meanwhile. */
export interface Cancellations {
  watch(id: RehearsalId): Disposable & { readonly signal: AbortSignal };
  /** Asks the store once about all that is in hand; called every second. */
  look(): Promise<void>;
}

export function watchCancellations(store: Store): Cancellations {
  const inHand = new Map<AbortController, RehearsalId>();
  return {
    watch: (id) => {
      const controller = new AbortController();
      inHand.set(controller, id);
      return {
        signal: controller.signal,
        [Symbol.dispose]: () => {
          inHand.delete(controller);
        },
      };
    },
    look: async () => {
      if (inHand.size === 0) return;
      const unfinished = new Set(await store.rehearsals.unfinished());
      for (const [controller, id] of inHand) {
        if (!unfinished.has(id)) controller.abort(new Error('the rehearsal is over'));
      }
    },
  };
}
