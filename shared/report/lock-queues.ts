import { type LockParty, type LockQueue, type LockWait, type QueueParty, waitsAhead } from '../domain/lock.ts';
import type { MigrationAttempt } from '../domain/observation.ts';
import type { SteppedMaxima } from '../domain/series.ts';

/** The ones that cost most; a run has seldom more than two. */
const queuesMax = 4;
/** Of each; a report has hundreds of runs. */
export const queueStepsMax = 40;
const stepMsMin = 50;

/**
 * Who stood behind whom in a run, the costliest queue first. Traffic that waits for other traffic stands behind
 * whatever that one waits for, unless one of our own actors is in its way directly.
 */
export function lockQueues(
  waits: readonly LockWait[],
  attempts: readonly Pick<MigrationAttempt, 'phase' | 'statements'>[] = [],
): readonly LockQueue[] {
  const partyOf = partiesOf(attempts);
  const led = waits.map((wait) => ({ wait, behind: partyOf(endOf(wait, waits, new Set())) }));
  return Map.groupBy(led, ({ wait, behind }) => JSON.stringify([partyOf(wait.waiter), behind, wait.relation]))
    .values()
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const all = group.map(({ wait }) => wait);
      const costMs = all.reduce((sum, { waitedMs }) => sum + waitedMs, 0);
      const waiter = partyOf(first.wait.waiter);
      const longestMs = Math.round(all.reduce((longest, { waitedMs }) => Math.max(longest, waitedMs), 0));
      const { behind, wait } = first;
      const queue = { waiter, behind, relation: wait.relation, waits: all.length, longestMs, atOnce: atOnce(all) };
      return [{ costMs, queue }];
    })
    .toArray()
    .sort((left, right) => right.costMs - left.costMs)
    .slice(0, queuesMax)
    .map(({ queue }) => queue);
}

function partiesOf(attempts: readonly Pick<MigrationAttempt, 'phase' | 'statements'>[]) {
  const hasSeveral = new Set(attempts.map(({ phase }) => phase)).size > 1;
  const phaseOfPid = new Map(
    attempts.flatMap(({ phase, statements }) => statements.map(({ backendPid }) => [backendPid, phase] as const)),
  );
  return ({ role, ordinal, worker, pid }: LockParty): QueueParty => {
    const phase = hasSeveral && role === 'migration' ? phaseOfPid.get(pid) : undefined;
    return {
      role,
      ...(role === 'migration' && ordinal !== undefined ? { ordinal } : {}),
      ...(worker === undefined ? {} : { worker }),
      ...(phase === undefined ? {} : { phase }),
    };
  };
}

/** The nearest is told before one that is further away; others of the traffic only where nobody else is there. */
const nearest = ['actor', 'migration', 'previous', 'next', 'other'] as const;

function endOf(wait: LockWait, all: readonly LockWait[], seen: Set<LockWait>): LockParty {
  seen.add(wait);
  const known = nearest
    .map((role) => wait.blockers.find((blocker) => blocker.role === role))
    .find((blocker) => blocker !== undefined);
  if (known !== undefined) return known;
  const [first = wait.waiter] = wait.blockers;
  if (wait.waiter.role !== 'traffic') return first;
  for (const next of waitsAhead(wait, all)) {
    if (seen.has(next)) continue;
    const end = endOf(next, all, seen);
    if (end.role !== 'traffic') return end;
  }
  return first;
}

/** How many of them there were at the fullest moment of each step. */
function atOnce(waits: readonly LockWait[]): SteppedMaxima {
  const fromMs = Math.floor(waits.reduce((first, { startedAtMs }) => Math.min(first, startedAtMs), Infinity));
  const untilMs = waits.reduce((last, wait) => Math.max(last, wait.startedAtMs + wait.waitedMs), fromMs);
  const stepMs = Math.max(1, Math.ceil((untilMs - fromMs) / queueStepsMax / stepMsMin)) * stepMsMin;
  const most = new Array<number>(Math.max(1, Math.ceil((untilMs - fromMs) / stepMs))).fill(0);
  const turns = waits
    .flatMap(({ startedAtMs, waitedMs }) => [
      { atMs: startedAtMs, by: 1 },
      { atMs: startedAtMs + waitedMs, by: -1 },
    ])
    // Who leaves makes room before the next one comes.
    .sort((left, right) => left.atMs - right.atMs || left.by - right.by);
  let waiting = 0;
  let step = 0;
  for (const { atMs, by } of turns) {
    const here = Math.min(most.length - 1, Math.floor((atMs - fromMs) / stepMs));
    for (; step < here; step += 1) most[step + 1] = waiting;
    waiting += by;
    most[step] = Math.max(most[step] ?? 0, waiting);
  }
  return { fromMs, stepMs, most };
}
