import { lockModes } from '../../domain/lock.ts';
import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import type { DatabaseState } from '../../domain/schema.ts';
import type { StatementObservation } from '../../domain/statement.ts';
import { knownLocks } from '../../plan/known-locks.ts';
import type { Draft } from '../checks/check.ts';
import type { JudgeContext } from '../context.ts';
import { endedWell } from './attempts.ts';
import { placeOf, quietStatements } from './place.ts';
import { bookTables } from './same-state.ts';
import { listed, shortSql } from './sentences.ts';

/**
 * Of two starts at once both did the work: the tables hold other rows than after one start, or, where only values can
 * tell, the same statement wrote rows in both.
 */
export function doneTwice(run: RunResult, traced: RunResult | undefined, context: JudgeContext): readonly Draft[] {
  const [phase] = run.attempts.filter((attempt) => attempt.phase === run.otherStart?.phase);
  if (run.otherStart === undefined || phase === undefined || !endedWell(phase)) return [];
  const odd = otherRows(run, context);
  const again = writtenAgain(phase, run.otherStart, traced, context).filter(
    ({ relations }) => !odd.some(({ relation }) => relations.includes(relation)),
  );
  return [
    ...odd.map((rows) => rowsDraft(run, phase.phase, rows)),
    ...again.map((one) => againDraft(run, one, context)),
  ];
}

interface OtherRows {
  readonly relation: string;
  readonly rows: number;
  readonly wanted: number;
}

/** Nobody else writes in this run. What the tools keep for themselves is compared as ledgers. */
export function otherRows(run: RunResult, { expected }: JudgeContext): readonly OtherRows[] {
  const once = expected?.run.end;
  return once?.seen === true && run.end.seen ? differingRows(once.value, run.end.value) : [];
}

function differingRows(wanted: DatabaseState, end: DatabaseState): readonly OtherRows[] {
  const books = new Set([...wanted.ledgers, ...end.ledgers].flatMap(bookTables));
  const counted = new Map(wanted.rowCounts.map(({ relation, rows }) => [relation, rows]));
  return end.rowCounts.flatMap(({ relation, rows }) => {
    const once = counted.get(relation) ?? rows;
    return books.has(relation) || once === rows ? [] : [{ relation, rows, wanted: once }];
  });
}

interface WrittenAgain {
  readonly statement: StatementObservation;
  readonly phase: string;
  readonly relations: readonly string[];
}

function writtenAgain(
  attempt: MigrationAttempt,
  other: MigrationAttempt,
  traced: RunResult | undefined,
  context: JudgeContext,
): readonly WrittenAgain[] {
  const { phase } = attempt;
  const books = new Set(
    context.expected?.run.end.seen ? context.expected.run.end.value.ledgers.flatMap(bookTables) : [],
  );
  return quietStatements(context, phase).flatMap((statement) => {
    const relations = knownLocks(phase, statement, traced)
      .filter(({ mode }) => lockModes.indexOf(mode) >= lockModes.indexOf('RowExclusiveLock'))
      .map(({ relation }) => relation)
      .filter((relation) => !books.has(relation));
    const wroteIn = (one: MigrationAttempt) =>
      one.statements.some((its) => its.sql === statement.sql && wrote(one, its));
    return relations.length > 0 && wroteIn(attempt) && wroteIn(other) ? [{ statement, phase, relations }] : [];
  });
}

/** Rows of it are there to stay. */
const wrote = ({ statements }: MigrationAttempt, { rows, sqlstate, transaction }: StatementObservation): boolean =>
  rows > 0 &&
  sqlstate === undefined &&
  (transaction === null || statements.some((last) => last.transaction === transaction && last.committed !== undefined));

const oneAtATime = (phase: string) => ({
  text: 'Let one start wait for the other before it looks what is left to do, on the session that migrates:',
  sql: `SELECT pg_advisory_lock(hashtext('${phase}'));`,
});

function rowsDraft(run: RunResult, phase: string, { relation, rows, wanted }: OtherRows): Draft {
  return {
    title: `Started twice at once, ${phase} leaves ${rows} rows in ${relation} instead of ${wanted}`,
    summary: `Both starts had read what is applied before either of them changed anything. After both ended, ${relation} holds ${rows} rows; after one start alone it holds ${wanted}.`,
    runs: [run],
    phase,
    relation,
    facts: { rows, expectedRows: wanted },
    remedy: oneAtATime(phase),
  };
}

function againDraft(run: RunResult, { statement, phase, relations }: WrittenAgain, context: JudgeContext): Draft {
  return {
    severity: 'warns',
    title: `Started twice at once, ${phase} writes to ${listed(relations)} twice`,
    summary: `“${shortSql(statement.sql)}” wrote rows in both starts and both committed. Whether the second time changed what the first had written, only the values can tell.`,
    runs: [run],
    ...placeOf(statement, phase, context),
    relation: relations[0],
    remedy: oneAtATime(phase),
  };
}
