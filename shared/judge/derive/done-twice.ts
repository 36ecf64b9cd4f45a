import { lockModes } from '../../domain/lock.ts';
import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import type { Observed } from '../../domain/observed.ts';
import type { DatabaseState } from '../../domain/schema.ts';
import type { StatementObservation } from '../../domain/statement.ts';
import { knownLocks } from '../../plan/known-locks.ts';
import type { Draft } from '../checks/check.ts';
import type { JudgeContext } from '../context.ts';
import { endedWell } from './attempts.ts';
import { emptiedTables } from './emptied-tables.ts';
import { reachedExpectedEnd, retryConverged } from './expected-end.ts';
import { faultText } from './fault-text.ts';
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

/**
 * Run again after an interruption, the commands exited 0, schema and ledger are as they should be, and a table holds
 * other rows than after one undisturbed run.
 */
export function doneAgain(run: RunResult, traced: RunResult | undefined, context: JudgeContext): readonly Draft[] {
  return rowsAfterRetry(run, traced, context)
    .filter(({ wavers }) => !wavers)
    .map((rows) => againRowsDraft(run, rows));
}

/** Of a table that two quiet runs leave differently, and the retry in a third way, nobody can tell. */
export function perhapsDoneAgain(
  run: RunResult,
  traced: RunResult | undefined,
  context: JudgeContext,
): readonly string[] {
  return rowsAfterRetry(run, traced, context)
    .filter(({ wavers }) => wavers)
    .map(({ relation }) => `${run.spec.id}: two quiet runs and the next attempt each leave other rows in ${relation}`);
}

function rowsAfterRetry(
  run: RunResult,
  traced: RunResult | undefined,
  context: JudgeContext,
): readonly (OtherRows & { readonly wavers: boolean })[] {
  const end = endAfterRetry(run, context);
  const once = context.expected?.run.end;
  if (end?.seen !== true || once?.seen !== true) return [];
  const emptied = emptiedTables(run, context);
  const quiet = new Map(
    (traced?.end.seen === true ? differingRows(once.value, traced.end.value) : []).map((o) => [o.relation, o.rows]),
  );
  return differingRows(once.value, end.value)
    .filter(({ relation, rows }) => !emptied.includes(relation) && quiet.get(relation) !== rows)
    .map((other) => ({ ...other, wavers: quiet.has(other.relation) }));
}

/** Tables whose rows the quiet run made or took, and that nobody could count after the retry. */
export function uncountedAgain(run: RunResult, context: JudgeContext): readonly string[] {
  const end = endAfterRetry(run, context);
  const { expected } = context;
  if (run.spec.scenario !== 'interruption' || run.spec.countsRows !== true || end?.seen !== true) return [];
  if (expected?.run.end.seen !== true || !expected.run.before.seen) return [];
  const moved = differingRows(expected.run.before.value, expected.run.end.value);
  const uncounted = new Set(end.value.uncounted);
  return moved
    .filter(({ relation }) => uncounted.has(relation))
    .map(({ relation }) => `${run.spec.id}: the rows of ${relation} were not counted after the next attempt`);
}

/** Where it ended well in the end, as schema and ledger tell; undefined: it did not, or did not claim to. */
function endAfterRetry(run: RunResult, context: JudgeContext): Observed<DatabaseState> | undefined {
  const retry = run.aftermath?.retry;
  if (retry !== undefined) return retryConverged(context.expected, run) === true ? retry.end : undefined;
  return reachedExpectedEnd(context.expected, run.attempts, run.end) === true ? run.end : undefined;
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

function againRowsDraft(run: RunResult, { relation, rows, wanted }: OtherRows): Draft {
  const phase = (run.aftermath?.retry?.attempts ?? run.attempts).at(-1)?.phase;
  return {
    title: `Run again, ${phase} exits 0 and leaves ${rows} rows in ${relation} instead of ${wanted}`,
    summary: `In ${run.spec.id} the command was cut off${faultText(run)}; run again it exited 0, schema and ledger are as after an undisturbed run, and ${relation} holds ${rows} rows where that leaves ${wanted}.`,
    runs: [run],
    phase,
    relation,
    facts: { rows, expectedRows: wanted },
    remedy: {
      text: `Commit the rows of ${relation} together with the ledger row, or make writing them harmless to repeat (ON CONFLICT DO NOTHING, WHERE NOT EXISTS), then run: rehearse run . --only interruption`,
    },
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
