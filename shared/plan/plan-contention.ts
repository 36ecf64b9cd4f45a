import { createHash } from 'node:crypto';
import { type Holder, holderTraits } from '../domain/holder.ts';
import { parseRunId, type RunId } from '../domain/ids.ts';
import type { LockMode } from '../domain/lock.ts';
import type { RunResult } from '../domain/observation.ts';
import type { Plan } from '../domain/plan.ts';
import type { ContentionRun, HeldLockRun, HeldRows } from '../domain/run.ts';
import type { StatementObservation } from '../domain/statement.ts';
import { chosenHolders } from './choose-holders.ts';
import { runLimits } from './limits.ts';
import { lockRequests } from './lock-requests.ts';
import { secondStartRuns } from './plan-second-start.ts';
import { lockedTargets, withoutTraffic } from './plan-traffic.ts';
import { rowRequests, unseenRows } from './row-requests.ts';
import { phaseInId } from './run-id-parts.ts';

type NotTested = { what: string; because: string };

/**
 * For each lock that a statement is the first of its transaction to ask for: somebody who is in its way, one for each
 * reason to wait; for the rows that it writes somebody who holds them; and the same migration started twice.
 */
export function contentionRuns(
  plan: Plan,
  control: RunResult,
  traced: RunResult | undefined,
  expectedEnds: Readonly<Record<string, string>>,
  notTested: NotTested[],
  results: readonly RunResult[],
): readonly ContentionRun[] {
  const twice = secondStartRuns(plan, control, traced, expectedEnds, notTested);
  const meetings = meetingsOf(plan, control, traced);
  const targets = lockedTargets(control, traced);
  notTested.push(...withoutTraffic(control, traced, targets), ...untriedRows(control, traced, results));
  const room = runLimits.contentionRuns - twice.length;
  for (const { phase, statement, relation, holder } of meetings.slice(room)) {
    notTested.push({
      what: `${holderWords[holder]} ${relation} before statement ${statement.ordinal} of ${phase}`,
      because: `more than ${runLimits.contentionRuns} runs against another session; the first ones are tried`,
    });
  }
  const held = meetings.slice(0, room).map((meeting): HeldLockRun => {
    const { phase, statement, relation, holder } = meeting;
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
      standsFor: meeting.standsFor,
      phase,
      ordinal: statement.ordinal,
      relation,
      holds: holderTraits[holder].holds,
      requests: meeting.requests,
      holdMs: hold.ms,
      ...(meeting.rows === undefined ? {} : { rows: meeting.rows }),
      scaledSettings: hold.scaled,
      targets: targets.filter((target) => meeting.trafficOn.includes(target.relation)),
    };
  });
  return [...held, ...twice];
}

interface Meeting {
  readonly phase: string;
  readonly statement: StatementObservation;
  readonly relation: string;
  readonly holder: Holder;
  readonly standsFor: readonly Holder[];
  readonly requests: LockMode;
  readonly rows?: HeldRows;
  readonly trafficOn: readonly string[];
}

/** What no other run stands for comes first; what the manifest asks for besides comes last. */
function meetingsOf(plan: Plan, control: RunResult, traced: RunResult | undefined): readonly Meeting[] {
  const ofTables = lockRequests(control, traced).flatMap((request) =>
    chosenHolders(request, plan.bundle.manifest.load.actors).map((chosen, place) => {
      const { phase, statement, relation, mode: requests } = request;
      return { place, phase, statement, relation, ...chosen, requests, trafficOn: [relation] };
    }),
  );
  // Traffic on rows that an actor holds would wait for nobody but us.
  const ofRows = rowRequests(control, traced).map(({ fromPage, alsoHeld, ...request }) => ({
    ...request,
    place: 0,
    holder: 'row-write' as const,
    standsFor: [],
    requests: 'RowExclusiveLock' as const,
    rows: { fromPage, rowsMax: runLimits.heldRows },
    trafficOn: alsoHeld,
  }));
  return [...ofTables, ...ofRows].toSorted((left, right) => left.place - right.place);
}

const holderWords: Readonly<Record<Holder, string>> = {
  'open-write': 'a writer that holds',
  'idle-read': 'an idle reader that holds',
  'long-read': 'a long read of',
  'pg-dump': 'a dump of',
  vacuum: 'a vacuum of',
  'index-build': 'an index build on',
  'row-write': 'a writer that holds rows of',
};

interface Hold {
  readonly ms: number;
  readonly scaled: Readonly<Record<string, string>>;
  readonly note?: string;
}

/** So long a lock is held beyond a timeout: whoever was answered before it was let go of is told from whoever got it. */
const beyondMs = 150;

/** 1.2 × the timeout in force, so that it really strikes; without one, as long as production's transactions hold. */
function holdFor(plan: Plan, statement: StatementObservation): Hold {
  const { ms, from } = limitOf(statement);
  if (ms === 0) return { ms: plan.bundle.manifest.load.holdMs, scaled: {} };
  const holdMs = Math.max(Math.ceil(ms * 1.2), ms + beyondMs);
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

/** What is left to chance: rows that nobody could name, and held ones that the statement passed by. */
function untriedRows(
  control: RunResult,
  traced: RunResult | undefined,
  results: readonly RunResult[],
): readonly NotTested[] {
  const unseen = unseenRows(control, traced).map(({ phase, relation, why }) => ({
    what: `rows of ${relation} that ${phase} writes, locked by somebody for longer than its lock timeout`,
    because: `which ones it writes is not known: ${why}`,
  }));
  const passed = results.flatMap(({ spec, fault }) => {
    if (spec.scenario !== 'contention' || spec.holder !== 'row-write' || fault?.met !== false) return [];
    const what = `${holderWords[spec.holder]} ${spec.relation} before statement ${spec.ordinal} of ${spec.phase}`;
    return [{ what, because: 'rows that it writes in peace were held, and it came to none of them' }];
  });
  return [...unseen, ...passed];
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
  return parseRunId(`contention-${phaseInId(phase)}-${ordinal}-${who}${plain}${same ? '' : `-${hash}`}`);
}
