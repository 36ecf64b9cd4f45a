import type { JudgeContext } from '../context.ts';
import { capital, count, duration, listed, shortSql } from '../derive/sentences.ts';
import { type SteadyChange, steadyChanges } from '../derive/steady-changes.ts';
import { holdsOf, type SteadyHold } from '../derive/steady-holds.ts';
import { lateness, type SteadyPair, steadyGaps, steadyPair } from '../derive/steady-pair.ts';
import { type Draft, defineCheck } from './check.ts';

/** A deployment that went well is not over when its last phase is. */
export const worseSteadyState = defineCheck({
  id: 'worse-steady-state',
  title: 'After the deployment the same traffic is worse off than before it',
  why: 'The migration was green and the pages are up, and still lock timeouts pile up: nobody looks at the deployment any more.',
  rule:
    'Compares previous before the first phase with next after the last one, under equal traffic. Blocks on lock ' +
    'timeouts and errors that come more than three times as often, on waits above budgets.blocked, on latencies ' +
    'above budgets.slow that are more than three times as long in several seconds, and on background processes that end. Other errors ' +
    'behind green probes and many more connections warn.',
  incident: 'events-lock-timeouts-after-boot',
  severity: 'blocks',
  needs: ['steady'],
  parts: ['load', 'locks', 'migration'],
  notApplicable: ({ manifest }) =>
    manifest.steadyMs === 0 ? 'steady is 0s: nobody asked how next lives with the traffic' : undefined,
  find: ({ steady }, context) => {
    const pair = steadyPair(steady, context.manifest);
    if (pair === undefined) return [];
    const changes = steadyChanges(pair, context.manifest);
    return changes.length === 0 ? [] : [draftOf(pair, changes, context)];
  },
  lacks: ({ steady }, { manifest }) => {
    const pair = steadyPair(steady, manifest);
    const late = pair === undefined ? [] : [pair.before, pair.after].flatMap((half) => lateness(half, manifest));
    return [...steadyGaps(steady, manifest), ...late];
  },
});

function draftOf(pair: SteadyPair, changes: readonly SteadyChange[], { manifest }: JudgeContext): Draft {
  const blocking = changes.filter(({ severity }) => severity === 'blocks');
  const told = [...blocking, ...changes.filter(({ severity }) => severity === 'warns')];
  const holds = worthTelling(holdsOf(pair.after.run));
  const [worst] = holds;
  const last = manifest.phases.at(-1)?.name ?? '';
  return {
    ...(blocking.length === 0 ? { severity: 'warns' as const } : {}),
    title: `After ${last} next (${manifest.version}) ${titleWords[(blocking[0] ?? told[0])?.kind ?? 'errors']}`,
    summary: `${capital(
      listed(
        told.map(({ words }) => words),
        8,
      ),
    )}.${holds.length === 0 ? '' : ` ${capital(listed(holds.map(holdWords), 3))}.`}`,
    runs: [pair.before.run, pair.after.run],
    app: 'next',
    state: `after ${last}`,
    facts: {
      changes,
      holds: holds.map(({ who, relation, waits, waitedMsMax, statement }) => ({
        who,
        relation,
        waits,
        waitedMsMax,
        statement: statement ?? null,
      })),
    },
    remedy: remedyFor(worst),
  };
}

/** Versions wait for themselves now and then; who is in the way is in the way often. */
const worthTellingPart = 1 / 10;

const worthTelling = (holds: readonly SteadyHold[]): readonly SteadyHold[] =>
  holds.filter(({ waits }) => waits >= (holds[0]?.waits ?? 0) * worthTellingPart);

const titleWords: Readonly<Record<SteadyChange['kind'], string>> = {
  locks: 'keeps its own traffic waiting for locks',
  errors: 'gets errors that previous does not get',
  probes: 'fails probes under traffic that previous passes',
  processes: 'does not keep its background processes alive',
  latency: 'is slower than previous under the same traffic',
  connections: 'holds many more connections than previous',
};

function holdWords({ who, relation, waits, waitedMsMax, statement }: SteadyHold): string {
  const by = statement === undefined ? '' : ` with “${shortSql(statement)}”`;
  return `${who} held ${relation}${by}: ${count(waits, 'wait')} behind it, up to ${duration(waitedMsMax)}`;
}

function remedyFor(worst: SteadyHold | undefined): Draft['remedy'] {
  const again = 'then run: rehearse run . --only control,under-load,compatibility';
  if (worst === undefined)
    return { text: `Look what next does otherwise than previous in the runs steady-before and steady-after, ${again}` };
  const who = worst.worker === undefined ? 'next' : `“${worst.worker}”`;
  const text = `Keep ${who} stopped where production had stopped it, or let it work in short transactions that give way, ${again}. In each of its transactions:`;
  return {
    text,
    sql: `SET LOCAL lock_timeout = '100ms';\nSELECT id FROM ${worst.relation} ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED; -- its own key and condition\n-- … work on just these rows …\nCOMMIT;`,
  };
}
