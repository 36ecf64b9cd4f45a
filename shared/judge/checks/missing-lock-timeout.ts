import type { LockObservation } from '../../domain/lock.ts';
import type { StatementObservation } from '../../domain/statement.ts';
import { knownLocks } from '../../plan/known-locks.ts';
import type { Reading } from '../collect-evidence.ts';
import type { JudgeContext } from '../context.ts';
import { askedAgain, gaveUpTheLock } from '../derive/caught-errors.ts';
import { placeOf } from '../derive/place.ts';
import { keepsOthersOut, type QuietRun, quietRun, unseenQuietly } from '../derive/quiet-locks.ts';
import { boundedRetry } from '../derive/remedies.ts';
import { count, shortSql } from '../derive/sentences.ts';
import { stopTheWorld } from '../derive/traffic.ts';
import { type Draft, defineCheck } from './check.ts';

/** A request that waits is itself what others wait behind; without an end it becomes the outage. */
export const missingLockTimeout = defineCheck({
  id: 'missing-lock-timeout',
  title: 'A lock is asked for without an end to the waiting',
  why: 'One forgotten open transaction is enough: the request waits for it, and all traffic on the table behind it.',
  rule:
    'Warns once for each phase and table that was there before, where the first statement of a transaction that asks ' +
    'for a lock which keeps writers out (of a materialized view: readers) does so with neither lock_timeout nor ' +
    'statement_timeout in force, and no contention run saw it give up by itself.',
  incident: 'column-behind-a-long-read',
  severity: 'warns',
  needs: ['control'],
  uses: ['traced', 'contention'],
  parts: ['migration'],
  notApplicable: ({ manifest }) => stopTheWorld(manifest),
  find: ({ traced, contention }, context) => {
    const quiet = quietRun(traced, context);
    if (quiet === undefined) return [];
    const endless = requestsOf(quiet).filter((request) => isEndless(request.statement) && !gaveUp(contention, request));
    return [...Map.groupBy(endless, ({ phase, lock }) => `${phase} ${lock.relation}`).values()].flatMap((same) =>
      draftsOf(quiet, same, context),
    );
  },
  lacks: (_readings, context) => unseenQuietly(context),
});

interface Request {
  readonly phase: string;
  readonly statement: StatementObservation;
  readonly lock: LockObservation;
}

/** The first request of each transaction for each table; later ones wait for nobody. */
function requestsOf(quiet: QuietRun): readonly Request[] {
  const held = new Set<string>();
  return quiet.run.attempts.flatMap(({ phase, statements }) =>
    statements.flatMap((statement) =>
      knownLocks(phase, statement, quiet.traced)
        .filter((lock) => keepsOthersOut(quiet, phase, lock))
        .flatMap((lock) => {
          const key = `${phase} ${statement.transaction ?? `alone ${statement.ordinal}`} ${lock.relation}`;
          if (held.has(key)) return [];
          held.add(key);
          return [{ phase, statement, lock }];
        }),
    ),
  );
}

const isEndless = ({ lockTimeout, statementTimeoutMs = 0 }: StatementObservation): boolean =>
  lockTimeout.ms === 0 && statementTimeoutMs === 0;

/**
 * The server knows limits that nobody can read from outside, set inside of a function or by NOWAIT. They show where
 * the lock is really held by somebody else.
 */
function gaveUp({ runs }: Reading, { phase, statement, lock }: Request): boolean {
  return runs.some((run) => {
    const { spec, attempts } = run;
    if (spec.scenario !== 'contention' || spec.holder === 'second-start' || spec.phase !== phase) return false;
    if (spec.relation !== lock.relation || spec.ordinal !== statement.ordinal) return false;
    const alike = attempts
      .filter((attempt) => attempt.phase === phase)
      .flatMap(({ statements }) => statements.filter(({ sql }) => sql === statement.sql));
    const silently = new Set(gaveUpTheLock(run).map((caught) => caught.statement));
    return alike.some((each) => each.sqlstate === '55P03' || silently.has(each) || askedAgain(run, each));
  });
}

function draftsOf({ run }: QuietRun, requests: readonly Request[], context: JudgeContext): readonly Draft[] {
  const [first] = requests;
  if (first === undefined) return [];
  const { phase, statement, lock } = first;
  const more = requests.length === 1 ? '' : ` So do ${count(requests.length - 1, 'later statement')} of ${phase}.`;
  return [
    {
      title: `“${shortSql(statement.sql)}” would wait for ever for ${lock.relation}`,
      summary: `It asks for ${lock.mode} on ${lock.relation} with neither lock_timeout nor statement_timeout in force: where somebody holds the table, it waits without an end and everybody else behind it.${more}`,
      runs: [run],
      ...placeOf(statement, phase, context),
      relation: lock.relation,
      facts: { mode: lock.mode, requests: requests.length },
      remedy: { text: 'Wait briefly, give way, and ask again:', sql: boundedRetry(statement.sql) },
    },
  ];
}
