import type { LockWait } from '../../shared/domain/lock.ts';

/** How long traffic stood still because of the migration. */
export interface BlockedTraffic {
  /** Sum over all transactions. */
  readonly blockedMs: number;
  /** The longest wait of one transaction. */
  readonly blockedMsMax: number;
  readonly blockedTransactions: number;
  /** Most transactions that stood still at the same moment. */
  readonly queueDepthMax: number;
}

export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Waits of the traffic behind a lock that the migration holds or asks for, directly or through others that wait for it
 * at the same time. Waits behind nobody but our actors do not count, nor does time in which the migration stood still
 * because of us (`heldByUs`: brakes of the tap).
 */
export function blockedTraffic(waits: readonly LockWait[], heldByUs: readonly Interval[] = []): BlockedTraffic {
  const byWaiter = Map.groupBy(waits, (wait) => wait.waiter.pid);
  const blocked = waits.filter((wait) => wait.waiter.role === 'traffic' && leadsToMigration(wait, byWaiter, new Set()));
  const byTransaction = new Map<string, number>();
  for (const wait of blocked) {
    const key = `${wait.waiter.pid} ${wait.transactionStartedAtMs ?? wait.startedAtMs}`;
    byTransaction.set(key, (byTransaction.get(key) ?? 0) + netMs(wait, heldByUs));
  }
  const durations = [...byTransaction.values()].filter((ms) => ms > 0);
  return {
    blockedMs: durations.reduce((sum, ms) => sum + ms, 0),
    blockedMsMax: Math.max(0, ...durations),
    blockedTransactions: durations.length,
    queueDepthMax: deepest(blocked),
  };
}

function leadsToMigration(
  wait: LockWait,
  byWaiter: ReadonlyMap<number, readonly LockWait[]>,
  seen: Set<LockWait>,
): boolean {
  if (wait.blockers.some((blocker) => blocker.role === 'migration')) return true;
  seen.add(wait);
  return wait.blockers.some(({ pid }) =>
    (byWaiter.get(pid) ?? []).some(
      (other) => !seen.has(other) && overlap(other, wait) && leadsToMigration(other, byWaiter, seen),
    ),
  );
}

const endOf = (wait: LockWait): number => wait.startedAtMs + wait.waitedMs;

const overlap = (left: LockWait, right: LockWait): boolean =>
  left.startedAtMs <= endOf(right) && right.startedAtMs <= endOf(left);

function netMs(wait: LockWait, heldByUs: readonly Interval[]): number {
  const ours = heldByUs.map(({ fromMs, toMs }) => Math.min(toMs, endOf(wait)) - Math.max(fromMs, wait.startedAtMs));
  return Math.max(0, wait.waitedMs - ours.reduce((sum, ms) => sum + Math.max(0, ms), 0));
}

function deepest(waits: readonly LockWait[]): number {
  const steps = waits.flatMap((wait) => [
    { atMs: wait.startedAtMs, by: 1 },
    { atMs: endOf(wait), by: -1 },
  ]);
  steps.sort((left, right) => left.atMs - right.atMs || left.by - right.by);
  let depth = 0;
  let max = 0;
  for (const { by } of steps) {
    depth += by;
    max = Math.max(max, depth);
  }
  return max;
}
