import { type LockWait, waitsAhead } from '../../domain/lock.ts';
import type { RunResult } from '../../domain/observation.ts';

/** Traffic that stood behind one statement of the migration, on one relation. */
export interface BlockingChain extends Culprit {
  /** What the migration itself was waiting for meanwhile: then its request blocked, else its hold. */
  readonly behind: readonly LockWait[];
  readonly waitedMsMax: number;
  readonly waiters: number;
}

/**
 * Waits of traffic whose way leads to the migration, directly or through others in the queue. A transaction that one
 * of our actors blocks directly waits for us, and waits of the actors themselves do not count.
 */
export function blockingChains(run: RunResult): readonly BlockingChain[] {
  const chained = run.lockWaits
    .filter((wait) => wait.waiter.role === 'traffic' && !wait.blockers.some(({ role }) => role === 'actor'))
    .flatMap((wait) => {
      const culprit = culpritOf(wait, run.lockWaits, new Set());
      return culprit === undefined ? [] : [{ wait, ...culprit }];
    });
  return Map.groupBy(chained, ({ pid, ordinal, relation }) => `${pid} ${ordinal} ${relation}`)
    .values()
    .map((group) => chainOf(group, run))
    .toArray()
    .sort((left, right) => right.waitedMsMax - left.waitedMsMax);
}

interface Culprit {
  /** Of its session: each phase counts its statements from one. */
  readonly pid: number;
  /** As the run counted it; null: the sampler saw the migration between two statements. */
  readonly ordinal: number | null;
  readonly relation: string;
}

function culpritOf(wait: LockWait, all: readonly LockWait[], seen: Set<LockWait>): Culprit | undefined {
  if (seen.has(wait)) return undefined;
  seen.add(wait);
  const migration = wait.blockers.find(({ role }) => role === 'migration');
  if (migration !== undefined) {
    return { pid: migration.pid, ordinal: migration.ordinal ?? null, relation: wait.relation };
  }
  for (const next of waitsAhead(wait, all)) {
    const found = culpritOf(next, all, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

function chainOf(group: readonly ({ readonly wait: LockWait } & Culprit)[], run: RunResult): BlockingChain {
  const { pid, ordinal, relation } = group[0] ?? { pid: 0, ordinal: null, relation: '' };
  return {
    ...{ pid, ordinal, relation },
    behind: run.lockWaits.filter(
      ({ waiter }) => waiter.role === 'migration' && waiter.pid === pid && (waiter.ordinal ?? null) === ordinal,
    ),
    waitedMsMax: Math.max(...group.map(({ wait }) => wait.waitedMs)),
    waiters: new Set(group.map(({ wait }) => wait.waiter.pid)).size,
  };
}
