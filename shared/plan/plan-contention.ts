import { createHash } from 'node:crypto';
import { type Holder, holderTraits } from '../domain/holder.ts';
import { parseRunId, type RunId } from '../domain/ids.ts';
import type { RunResult } from '../domain/observation.ts';
import type { Plan } from '../domain/plan.ts';
import type { ContentionRun, HeldLockRun } from '../domain/run.ts';
import type { StatementObservation } from '../domain/statement.ts';
import { chosenHolders } from './choose-holders.ts';
import { knownLocks } from './known-locks.ts';
import { runLimits } from './limits.ts';
import { type LockRequest, lockRequests } from './lock-requests.ts';
import { secondStartRuns } from './plan-second-start.ts';
import { trafficTargets } from './plan-traffic.ts';

type NotTested = { what: string; because: string };

/**
 * For each lock that a statement is the first of its transaction to ask for: somebody who is in its way, one for each
 * reason to wait, and the same migration started twice.
 */
export function contentionRuns(
  plan: Plan,
  control: RunResult,
  traced: RunResult | undefined,
  expectedEnds: Readonly<Record<string, string>>,
  notTested: NotTested[],
): readonly ContentionRun[] {
  const twice = secondStartRuns(plan, control, traced, expectedEnds, notTested);
  const meetings = meetingsOf(lockRequests(control, traced), plan);
  const targets = trafficTargets(control, traced);
  notTested.push(...rowLockLosses(control, traced));
  const room = runLimits.contentionRuns - twice.length;
  for (const { request, holder } of meetings.slice(room)) {
    const { phase, statement, relation } = request;
    notTested.push({
      what: `${holderWords[holder]} ${relation} before statement ${statement.ordinal} of ${phase}`,
      because: `more than ${runLimits.contentionRuns} runs against another session; the first ones are tried`,
    });
  }
  const held = meetings.slice(0, room).map(({ request, holder, standsFor }): HeldLockRun => {
    const { phase, statement, relation, mode } = request;
    const hold = holdFor(plan, statement);
    const what = `the lock timeout of statement ${statement.ordinal} of ${phase}`;
    if (hold.note !== undefined && !notTested.some((told) => told.what === what))
      notTested.push({ what, because: hold.note });
    return {
      id: runIdOf(phase, statement.ordinal, holder, relation),
      scenario: 'contention',
      seed: plan.seed,
      alone: false,
      againAlone: true,
      expectedEnds,
      holder,
      standsFor,
      phase,
      ordinal: statement.ordinal,
      relation,
      holds: holderTraits[holder].holds,
      requests: mode,
      holdMs: hold.ms,
      scaledSettings: hold.scaled,
      targets: targets.filter((target) => target.relation === relation),
    };
  });
  return [...held, ...twice];
}

interface Meeting {
  readonly request: LockRequest;
  readonly holder: Holder;
  readonly standsFor: readonly Holder[];
}

/** What no other run stands for comes first; what the manifest asks for besides comes last. */
function meetingsOf(requests: readonly LockRequest[], plan: Plan): readonly Meeting[] {
  const all = requests.flatMap((request) =>
    chosenHolders(request, plan.bundle.manifest.load.actors).map((chosen, place) => ({ request, place, ...chosen })),
  );
  return all.toSorted((left, right) => left.place - right.place);
}

const holderWords: Readonly<Record<Holder, string>> = {
  'open-write': 'a writer that holds',
  'idle-read': 'an idle reader that holds',
  'long-read': 'a long read of',
  'pg-dump': 'a dump of',
  vacuum: 'a vacuum of',
  'index-build': 'an index build on',
};

interface Hold {
  readonly ms: number;
  readonly scaled: Readonly<Record<string, string>>;
  readonly note?: string;
}

/** 1.2 × the timeout in force, so that it really strikes; without one, as long as production's transactions hold. */
function holdFor(plan: Plan, statement: StatementObservation): Hold {
  const { ms, from } = limitOf(statement);
  if (ms === 0) return { ms: plan.bundle.manifest.load.holdMs, scaled: {} };
  const holdMs = Math.ceil(ms * 1.2);
  if (holdMs <= runLimits.actorHoldMs) return { ms: holdMs, scaled: {} };
  if (from === 'server') {
    const scaledMs = runLimits.scaledLockTimeoutMs;
    return { ms: Math.ceil(scaledMs * 1.2), scaled: { lock_timeout: `${scaledMs}ms` } };
  }
  return {
    ms: plan.bundle.manifest.load.holdMs,
    scaled: {},
    note: `the session sets ${ms} ms, longer than an actor holds a lock (${runLimits.actorHoldMs} ms): only the wait is judged`,
  };
}

/** What ends the wait first; a statement's own time limit ends it just as a lock's does, and is never scaled. */
function limitOf({ lockTimeout, statementTimeoutMs = 0 }: StatementObservation): StatementObservation['lockTimeout'] {
  const isShorter = statementTimeoutMs > 0 && (lockTimeout.ms === 0 || statementTimeoutMs < lockTimeout.ms);
  const strikes = isShorter && Math.ceil(statementTimeoutMs * 1.2) <= runLimits.actorHoldMs;
  return strikes ? { ms: statementTimeoutMs, from: 'session' } : lockTimeout;
}

/**
 * Actors hold tables, not the very rows that a phase writes: whether a row lock is lost to the timeout in force is left
 * to the traffic, and a handler inside the server may hide it.
 */
function rowLockLosses(control: RunResult, traced: RunResult | undefined): readonly NotTested[] {
  const written = new Set<string>();
  for (const { phase, statements } of control.attempts) {
    for (const statement of statements.filter(({ lockTimeout }) => lockTimeout.ms > 0)) {
      for (const { relation, mode } of knownLocks(phase, statement, traced)) {
        if (
          mode === 'RowExclusiveLock' &&
          trafficTargets(control, traced).some((target) => target.relation === relation)
        )
          written.add(`rows of ${relation} that ${phase} writes, locked by somebody for longer than its lock timeout`);
      }
    }
  }
  return [...written].map((what) => ({ what, because: 'actors hold tables at the worst moment, rows only by chance' }));
}

/** Names that are no plain words, or too long, get a part of their hash, so that two relations never share a run. */
function runIdOf(phase: string, ordinal: number, holder: Holder, relation: string): RunId {
  const plain = relation
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .replaceAll('_', '-')
    .slice(0, 48);
  const same = plain === relation.replaceAll('_', '-') && !relation.includes('-');
  const hash = createHash('sha256').update(relation).digest('hex').slice(0, 8);
  const who = holder === 'open-write' ? '' : `${holder}..`;
  return parseRunId(`contention-${phase.slice(0, 40)}-${ordinal}-${who}${plain}${same ? '' : `-${hash}`}`);
}
