import type { LockParty } from '../../domain/lock.ts';
import type { Readings } from '../collect-evidence.ts';
import type { JudgeContext } from '../context.ts';
import { howItEnded } from '../derive/attempts.ts';
import { type Followed, type LockLoss, lockLosses } from '../derive/lock-losses.ts';
import { placeOf } from '../derive/place.ts';
import { boundedRetry } from '../derive/remedies.ts';
import { capital, count, duration, listed, shortSql } from '../derive/sentences.ts';
import { partyWords, writersOf } from '../derive/who-holds.ts';
import { type Draft, defineCheck } from './check.ts';

/** The lock did not come in time: what matters is what the command made of it. */
export const lostToLockTimeout = defineCheck({
  id: 'lost-to-lock-timeout',
  title: 'A statement gives up waiting for its lock',
  why: 'On a busy table it will lose in production too, and what it leaves then is what you deploy on.',
  incident: 'swallowed-lock-timeout',
  severity: 'blocks',
  needs: ['underLoad', 'contention'],
  uses: ['compatibility', 'steady'],
  parts: ['migration', 'locks'],
  find: (readings, context) => lossesIn(readings, context).map((loss) => draftOf(loss, readings, context)),
  lacks: (readings, context) =>
    lossesIn(readings, context)
      .filter((loss) => loss.followed === 'unseen')
      .map((loss) => `${loss.run.spec.id}: what the lost lock left and whether the next attempt helps was not seen`),
});

type Stressed = Pick<Readings, 'underLoad' | 'contention'>;

function lossesIn({ underLoad, contention }: Stressed, context: JudgeContext): readonly LockLoss[] {
  return [...underLoad.runs, ...contention.runs].flatMap((run) => lockLosses(run, context));
}

const harmless: ReadonlySet<Followed> = new Set(['won-later', 'failed-cleanly', 'unseen']);

function draftOf(
  loss: LockLoss,
  readings: Stressed & Pick<Readings, 'compatibility' | 'steady'>,
  context: JudgeContext,
): Draft {
  const { run, attempt, statement, followed, relation } = loss;
  const place = placeOf(statement, attempt.phase, context);
  const holders = holdersOf(loss);
  const odds = oddsOf(loss, readings, context);
  const on = relation === undefined ? '' : ` on ${relation}`;
  const tries = triesOf(loss);
  const writers =
    relation === undefined || !isBehindWriters(loss)
      ? []
      : writersOf(relation, [...readings.compatibility.runs, ...readings.steady.runs]);
  return {
    ...(harmless.has(followed) ? { severity: 'warns' as const } : {}),
    title: `${attempt.phase} loses its lock${on} after ${duration(statement.durationMs)}`,
    summary: `“${shortSql(statement.sql)}” was cancelled (${statement.sqlstate}) while ${holders} held what it waited for. It lost in ${odds.lost} of ${odds.tried} runs that put it to the test.${triesWords(tries)} ${sentences[followed](loss)}${queueWords(loss)}${writerWords(writers, relation)}`,
    runs: [run],
    ...place,
    relation,
    facts: {
      sqlstate: statement.sqlstate,
      heldBy: holders,
      lost: odds.lost,
      tried: odds.tried,
      tries,
      writers,
      followed,
    },
    remedy: {
      text: 'Wait briefly, roll back, and try again until it wins; exit non-zero if it never does:',
      sql: boundedRetry(statement.sql),
    },
  };
}

const sentences: Readonly<Record<Followed, (loss: LockLoss) => string>> = {
  'won-later': () => 'It tried again by itself and won.',
  'failed-cleanly': ({ attempt }) =>
    `The command ${howItEnded(attempt)}, left nothing behind, and the next attempt converged.`,
  ignored: () => 'The command went on without it and exited 0.',
  'left-something': ({ attempt }) => `The command ${howItEnded(attempt)} and left a part of a migration behind.`,
  'not-converged': ({ attempt }) =>
    `The command ${howItEnded(attempt)}, and running it again did not lead to the expected end.`,
  'ended-elsewhere': () => 'It tried again and exited 0, but not where the quiet run ends.',
  unseen: ({ attempt }) => `The command ${howItEnded(attempt)}; what it left could not be seen.`,
};

function holdersOf({ blockers, run }: LockLoss): string {
  const names = blockers.filter((party) => !isOurs(party)).map(partyWords);
  if (names.length === 0) return run.spec.scenario === 'contention' ? 'another open transaction' : 'another session';
  return listed([...new Set(names)].sort());
}

/** Whoever looks at the locks has a view of the rows for a moment, and is no part of the story. */
const isOurs = ({ role, applicationName }: LockParty): boolean =>
  role === 'other' && applicationName.startsWith('rehearsal/');

/** Within the run that lost it: a command that asks again has more than one chance. */
function triesOf({ attempt, statement }: LockLoss): { readonly made: number; readonly won: number } {
  const same = attempt.statements.filter(({ sql }) => sql === statement.sql);
  return { made: same.length, won: same.filter(({ sqlstate }) => sqlstate === undefined).length };
}

const triesWords = ({ made, won }: { readonly made: number; readonly won: number }): string =>
  made < 2 ? '' : ` There the command asked ${made} times and won ${won === 0 ? 'never' : count(won, 'time')}.`;

/** A dump or a VACUUM goes on, whoever is paused. */
const isBehindWriters = ({ run: { spec } }: LockLoss): boolean =>
  spec.scenario !== 'contention' || spec.holder === 'open-write' || spec.holder === 'row-write';

function queueWords({ run: { load } }: LockLoss): string {
  if (load === undefined || load.blockedTransactions === 0) return '';
  return ` Meanwhile ${count(load.blockedTransactions, 'transaction')} of the traffic stood behind it for ${duration(load.blockedMs)} together.`;
}

function writerWords(writers: readonly string[], relation: string | undefined): string {
  if (writers.length === 0) return '';
  return ` ${capital(listed(writers))} ${writers.length === 1 ? 'was' : 'were'} seen writing to ${relation}: pausing ${writers.length === 1 ? 'it' : 'them'} gives the lock its turn.`;
}

/** Of the runs in which somebody could hold the lock: how many it lost. */
function oddsOf(
  loss: LockLoss,
  readings: Stressed,
  context: JudgeContext,
): { readonly lost: number; readonly tried: number } {
  const { phase, ordinal } = placeOf(loss.statement, loss.attempt.phase, context);
  const lostIn = new Set(
    lossesIn(readings, context)
      .filter((other) => {
        const place = placeOf(other.statement, other.attempt.phase, context);
        return place.phase === phase && place.ordinal === ordinal;
      })
      .map((other) => other.run.spec.id),
  );
  const tried = [...readings.underLoad.runs, ...readings.contention.runs].filter(
    ({ spec }) =>
      lostIn.has(spec.id) || spec.scenario !== 'contention' || (spec.phase === phase && spec.ordinal === ordinal),
  );
  return { lost: lostIn.size, tried: tried.length };
}
