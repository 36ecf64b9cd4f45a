import { createHash } from 'node:crypto';
import { parseRunId, type RunId } from '../domain/ids.ts';
import { blocksWriters, type LockMode } from '../domain/lock.ts';
import type { RunResult } from '../domain/observation.ts';
import type { Plan } from '../domain/plan.ts';
import type { ContentionRun } from '../domain/run.ts';
import type { StatementObservation } from '../domain/statement.ts';
import { knownLocks } from './known-locks.ts';
import { runLimits } from './limits.ts';
import { isTable, trafficTargets } from './plan-traffic.ts';

type NotTested = { what: string; because: string };

/**
 * For each strong lock that a statement is the first of its transaction to ask for: a writer that holds on just before
 * it.
 */
export function contentionRuns(
  plan: Plan,
  control: RunResult,
  traced: RunResult | undefined,
  expectedEnds: Readonly<Record<string, string>>,
  notTested: NotTested[],
): readonly ContentionRun[] {
  const requests = strongRequests(control, traced);
  const targets = trafficTargets(control, traced);
  notTested.push(...rowLockLosses(control, traced));
  for (const left of requests.slice(runLimits.contentionRuns)) {
    notTested.push({
      what: `a writer that holds ${left.relation} before statement ${left.statement.ordinal} of ${left.phase}`,
      because: `more than ${runLimits.contentionRuns} strong locks; the first ones are tried`,
    });
  }
  return requests.slice(0, runLimits.contentionRuns).map(({ phase, statement, relation, mode }) => {
    const hold = holdFor(plan, statement);
    if (hold.note !== undefined)
      notTested.push({ what: `the lock timeout of statement ${statement.ordinal} of ${phase}`, because: hold.note });
    return {
      id: runIdOf(phase, statement.ordinal, relation),
      scenario: 'contention',
      seed: plan.seed,
      alone: false,
      againAlone: true,
      expectedEnds,
      phase,
      ordinal: statement.ordinal,
      relation,
      holds: 'RowExclusiveLock',
      requests: mode,
      holdMs: hold.ms,
      scaledSettings: hold.scaled,
      targets: targets.filter((target) => target.relation === relation),
    };
  });
}

interface StrongRequest {
  readonly phase: string;
  readonly statement: StatementObservation;
  readonly relation: string;
  readonly mode: LockMode;
}

/** Only relations that were there before: nobody else can hold one that the migration itself makes. */
function strongRequests(control: RunResult, traced: RunResult | undefined): readonly StrongRequest[] {
  const requests: StrongRequest[] = [];
  for (const attempt of control.attempts) {
    const held = new Set<string>();
    for (const statement of attempt.statements) {
      for (const lock of knownLocks(attempt.phase, statement, traced)) {
        if (!blocksWriters(lock.mode)) continue;
        if (!control.before.seen || !isTable(control.before.value, lock.relation)) continue;
        const once = `${statement.transaction ?? `alone ${statement.ordinal}`} ${lock.relation}`;
        if (held.has(once)) continue;
        held.add(once);
        requests.push({ phase: attempt.phase, statement, relation: lock.relation, mode: lock.mode });
      }
    }
  }
  return requests;
}

interface Hold {
  readonly ms: number;
  readonly scaled: Readonly<Record<string, string>>;
  readonly note?: string;
}

/** 1.2 × the timeout in force, so that it really strikes; without one, as long as production's transactions hold. */
function holdFor(plan: Plan, statement: StatementObservation): Hold {
  const { ms, from } = statement.lockTimeout;
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
function runIdOf(phase: string, ordinal: number, relation: string): RunId {
  const plain = relation
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .replaceAll('_', '-')
    .slice(0, 60);
  const same = plain === relation.replaceAll('_', '-') && !relation.includes('-');
  const hash = createHash('sha256').update(relation).digest('hex').slice(0, 8);
  return parseRunId(`contention-${phase.slice(0, 40)}-${ordinal}-${plain}${same ? '' : `-${hash}`}`);
}
