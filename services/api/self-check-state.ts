import type { LiveWorker } from '../../shared/edge/ports/worker-register.ts';
import { selfCheckAgeMsMax } from '../../shared/judge/self-check.ts';

/** A worker that has just been started has so long for its first self-check. */
const firstCheckMsMax = 15 * 60_000;

export type SelfCheckState = 'ok' | 'first' | 'wrong' | 'overdue';

/** `first`: it is new and its first check is under way; until then the gate does not open for its evidence. */
export function selfCheckStateOf({ selfCheck, startedAt }: LiveWorker, now: Date): SelfCheckState {
  if (selfCheck === null) return now.getTime() - startedAt.getTime() > firstCheckMsMax ? 'overdue' : 'first';
  if (!selfCheck.ok) return 'wrong';
  return now.getTime() - selfCheck.at.getTime() > selfCheckAgeMsMax ? 'overdue' : 'ok';
}

/** Of all of them, in the word of whoever is worst off; a new worker is no reason to call the service not ready. */
export function selfChecksSaid(
  workers: readonly LiveWorker[],
  now: Date,
): { readonly ok: boolean; readonly says: string } {
  const said = workers.map((worker) => ({ worker, state: selfCheckStateOf(worker, now) }));
  const bad = said.find(({ state }) => state === 'wrong') ?? said.find(({ state }) => state === 'overdue');
  if (bad !== undefined) {
    const why = bad.worker.selfCheck?.ok === false ? bad.worker.selfCheck.says : 'it has not checked itself lately';
    return { ok: false, says: `Worker ${bad.worker.id} is not believed: ${why}.` };
  }
  const isFirst = said.some(({ state }) => state === 'first');
  return { ok: true, says: isFirst ? 'The first one is under way.' : 'ok' };
}
