import type { RunResult } from '../../domain/observation.ts';
import { closingSql } from '../closing-sql.ts';
import type { JudgeContext } from '../context.ts';
import { claimOf, endedWell, howItEnded, refusals } from '../derive/attempts.ts';
import { doneAgain, doneTwice, perhapsDoneAgain, uncountedAgain } from '../derive/done-twice.ts';
import { emptiedTables } from '../derive/emptied-tables.ts';
import { expectedAfter, retryConverged } from '../derive/expected-end.ts';
import { faultText } from '../derive/fault-text.ts';
import { placeOf } from '../derive/place.ts';
import { apartFromLedgers, sameLedger } from '../derive/same-state.ts';
import { listed, shortSql } from '../derive/sentences.ts';
import { strandedLocks } from '../derive/stranded-locks.ts';
import { compareSchemas, describeDifference } from '../schema-difference.ts';
import { type Draft, defineCheck } from './check.ts';

/** Running the same command again is what everybody does first after a crash. */
export const unrepeatableMigration = defineCheck({
  id: 'unrepeatable-migration',
  title: 'Running it again does not help',
  why:
    'The job’s restart, and then the person on call, meet an error or a ' +
    'half-made schema instead of a finished migration.',
  rule:
    'Blocks where the next attempt fails or ends elsewhere, by schema, ledger or number of rows, and where of two ' +
    'starts at once both did the work, so that a table holds other rows than after one. Where both wrote rows of a table and only values can tell, it warns.',
  incident: 'oom-third-state',
  severity: 'blocks',
  needs: ['control', 'underLoad', 'contention', 'secondStart', 'interruption'],
  uses: ['traced'],
  parts: ['schema', 'migration'],
  find: ({ traced, ...readings }, context) => [
    ...stopped(readings, context).flatMap((run) =>
      retryConverged(context.expected, run) === false ? [draftOf(run, context)] : [],
    ),
    ...readings.secondStart.runs.flatMap((run) => doneTwice(run, traced.runs[0], context)),
    ...readings.interruption.runs.flatMap((run) => doneAgain(run, traced.runs[0], context)),
    ...readings.interruption.runs.flatMap((run) => emptied(run, context)),
  ],
  lacks: ({ traced, ...readings }, context) => [
    ...stopped(readings, context).flatMap((run) => {
      if (retryConverged(context.expected, run) !== null) return [];
      return [`${run.spec.id}: it was not seen whether the next attempt leads to the expected end`];
    }),
    ...readings.interruption.runs.flatMap((run) => [
      ...uncountedAgain(run, context),
      ...perhapsDoneAgain(run, traced.runs[0], context),
    ]),
  ],
});

/**
 * A control run that fails by itself fails again by itself; that is failed-migration's finding and no failed
 * repetition.
 */
function stopped(
  readings: Readonly<Record<string, { readonly runs: readonly RunResult[] }>>,
  { expected }: JudgeContext,
): readonly RunResult[] {
  return Object.values(readings)
    .flatMap(({ runs }) => runs)
    .filter((run) => {
      const claim = claimOf(run.attempts);
      if (claim === null || (claim === 'success' && run.aftermath?.retry === undefined)) return false;
      if (run.spec.scenario !== 'control') return true;
      return expected?.run !== run && run.attempts.some((attempt) => attempt.oomKilled || attempt.timedOut);
    });
}

function draftOf(run: RunResult, context: JudgeContext): Draft {
  const attempts = run.aftermath?.retry?.attempts ?? [];
  const failed = attempts.find((attempt) => !endedWell(attempt));
  const phase = failed?.phase ?? run.attempts.at(-1)?.phase;
  const first = run.attempts.find((attempt) => attempt.killedByUs || !endedWell(attempt));
  const where = run.spec.scenario === 'interruption' ? faultText(run) : '';
  const how = `${first === undefined ? 'exited 0' : howItEnded(first)}${where}`;
  const cause = failed === undefined ? undefined : refusals(failed).at(-1);
  const { file, line } = cause === undefined || phase === undefined ? {} : placeOf(cause, phase, context);
  const left = failed === undefined ? differencesAfter(run, context) : { described: [], sql: undefined };
  const locks = failed === undefined ? [] : strandedLocks(run, context);
  const outcome =
    failed === undefined
      ? `exited 0 and ended elsewhere than the quiet run: ${listed(left.described)}`
      : `${howItEnded(failed)}${cause === undefined ? '' : `: “${shortSql(cause.sql)}” was refused with ${cause.sqlstate}${cause.message === undefined ? '' : ` (${cause.message})`}`}`;
  return {
    title:
      failed === undefined
        ? `Run again, ${phase} exits 0 and leaves a gap`
        : `Run again, ${phase} fails${cause === undefined ? '' : ` with ${cause.sqlstate}`}`,
    summary: `In ${run.spec.id} the command first ${how}; the same command, run again, ${outcome}.`,
    runs: [run],
    phase,
    file,
    line,
    facts: { exitCode: failed?.exitCode ?? 0, sqlstate: cause?.sqlstate ?? null, differences: left.described },
    remedy:
      locks.length > 0
        ? {
            text: `Lock by an advisory lock, which ends with its session. Where nobody runs ${phase} any more, release it:`,
            sql: locks.map(({ releaseSql }) => releaseSql).join('\n'),
          }
        : left.sql === undefined
          ? {
              text: `Commit every change of ${phase} together with its ledger row, or make each statement harmless to repeat, then run: rehearse run . --only interruption`,
            }
          : {
              text: `Commit every change of ${phase} together with its ledger row. Where it has happened, close the gap:`,
              sql: left.sql,
            },
  };
}

/** Whoever chose UNLOGGED was told; that the ledger calls the rows migrated he was not. */
function emptied(run: RunResult, context: JudgeContext): readonly Draft[] {
  const phase = run.attempts.at(-1)?.phase;
  return emptiedTables(run, context).map((relation) => ({
    severity: 'warns',
    title: `${relation} is empty after the server recovered, and nothing fills it again`,
    summary: `In ${run.spec.id} the server was killed and recovered. ${relation} is UNLOGGED and lost its rows; run again, the command exited 0 and did not bring them back.`,
    runs: [run],
    phase,
    relation,
    facts: { relation },
    remedy: { text: `Make it a logged table before ${phase} is recorded:`, sql: `ALTER TABLE ${relation} SET LOGGED;` },
  }));
}

function differencesAfter(
  run: RunResult,
  { expected }: JudgeContext,
): { readonly described: readonly string[]; readonly sql: string | undefined } {
  const retry = run.aftermath?.retry;
  const wanted = expectedAfter(expected, retry?.attempts.at(-1)?.phase ?? '');
  if (retry === undefined || !retry.end.seen || !wanted.seen) return { described: [], sql: undefined };
  const differences = compareSchemas(...apartFromLedgers(wanted.value, retry.end.value));
  const described = differences.map(describeDifference);
  if (!sameLedger(wanted.value, retry.end.value)) described.push('the ledger differs');
  return { described, sql: closingSql(differences)?.sql };
}
