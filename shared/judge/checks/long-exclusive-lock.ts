import { type LockObservation, lockModes } from '../../domain/lock.ts';
import type { MigrationAttempt } from '../../domain/observation.ts';
import type { StatementObservation } from '../../domain/statement.ts';
import type { JudgeContext } from '../context.ts';
import { placeOf } from '../derive/place.ts';
import { keepsOthersOut, type QuietRun, quietRun, unseenQuietly } from '../derive/quiet-locks.ts';
import { boundedRetry } from '../derive/remedies.ts';
import { count, duration, listed, shortSql } from '../derive/sentences.ts';
import { stopTheWorld } from '../derive/traffic.ts';
import { type Draft, defineCheck } from './check.ts';

/** Of the budget for blocked traffic: two changes of one table in one short transaction are how it should be done. */
const tellablePart = 1 / 5;

/** A lock lasts to the end of its transaction, whatever else that still has to do. */
export const longExclusiveLock = defineCheck({
  id: 'long-exclusive-lock',
  title: 'A strong lock is held across further statements',
  why: 'The statement that needs the lock is short; traffic waits for everything that its transaction does afterwards.',
  rule:
    'Warns where ACCESS EXCLUSIVE, EXCLUSIVE or SHARE ROW EXCLUSIVE is kept while further statements take more than a ' +
    'fifth of budgets.blocked, or while one of them asks for a lock on another table that keeps writers out. The row ' +
    'of the ledger is no further statement.',
  severity: 'warns',
  needs: ['control'],
  uses: ['traced'],
  parts: ['migration'],
  notApplicable: ({ manifest }) => stopTheWorld(manifest),
  find: ({ traced }, context) => {
    const quiet = quietRun(traced, context);
    if (quiet === undefined) return [];
    return quiet.run.attempts.flatMap((attempt) =>
      attempt.statements.flatMap((statement) =>
        statement.locks
          .filter((lock) => isExclusive(lock.mode) && keepsOthersOut(quiet, attempt.phase, lock))
          .flatMap((lock) => draftsOf({ quiet, attempt, statement, lock }, context)),
      ),
    );
  },
  lacks: (_readings, context) => unseenQuietly(context),
});

const isExclusive = (mode: LockObservation['mode']): boolean =>
  lockModes.indexOf(mode) >= lockModes.indexOf('ShareRowExclusiveLock');

interface Kept {
  readonly quiet: QuietRun;
  readonly attempt: MigrationAttempt;
  readonly statement: StatementObservation;
  readonly lock: LockObservation;
}

function draftsOf({ quiet, attempt, statement, lock }: Kept, context: JudgeContext): readonly Draft[] {
  const { relation, mode, heldMs } = lock;
  const further = furtherStatements(quiet, attempt, statement);
  if (further.length === 0) return [];
  const others = further.flatMap((later) =>
    later.locks.filter((other) => other.relation !== relation && keepsOthersOut(quiet, attempt.phase, other)),
  );
  const acrossMs = heldMs - statement.durationMs;
  if (others.length === 0 && acrossMs <= context.manifest.budgets.blockedMs * tellablePart) return [];
  const asks = [...new Set(others.map((other) => other.relation))].sort();
  const meanwhile = asks.length === 0 ? '' : `, among them requests for locks on ${listed(asks)}`;
  return [
    {
      title: `${relation} stays locked for ${count(further.length, 'further statement')} after “${shortSql(statement.sql)}”`,
      summary: `${mode} was held for ${duration(heldMs)} in the quiet run, while its transaction sent ${count(further.length, 'further statement')}${meanwhile}: whatever these wait for, everybody on ${relation} waits for too.`,
      runs: [quiet.run],
      ...placeOf(statement, attempt.phase, context),
      relation,
      facts: { mode, heldMs, furtherStatements: further.length, asksFor: asks },
      remedy: {
        text: `Give ${relation} a transaction of its own that ends right after this statement:`,
        sql: boundedRetry(statement.sql),
      },
    },
  ];
}

/** What its transaction sent between it and the end, but for the tools' own books. */
function furtherStatements(
  { ledgers }: QuietRun,
  { statements }: MigrationAttempt,
  { transaction, ordinal }: StatementObservation,
): readonly StatementObservation[] {
  if (transaction === null) return [];
  return statements.filter((later) => {
    if (later.transaction !== transaction || later.ordinal <= ordinal || later.statusAfter !== 'T') return false;
    const isBooked = later.locks.length > 0 && later.locks.every(({ relation }) => ledgers.has(relation));
    return later.committed === undefined && !isBooked;
  });
}
