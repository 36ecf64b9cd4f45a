import type { RunResult } from '../../domain/observation.ts';
import { closingSql } from '../closing-sql.ts';
import type { JudgeContext } from '../context.ts';
import { claimOf, endedWell, howItEnded, refusals } from '../derive/attempts.ts';
import { doneTwice } from '../derive/done-twice.ts';
import { expectedAfter, retryConverged } from '../derive/expected-end.ts';
import { placeOf } from '../derive/place.ts';
import { apartFromLedgers, sameLedger } from '../derive/same-state.ts';
import { listed, shortSql } from '../derive/sentences.ts';
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
    'Blocks where the next attempt fails or ends elsewhere, and where of two starts at once both did the work, so that ' +
    'a table holds other rows than after one. Where both wrote rows of a table and only values can tell, it warns.',
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
  ],
  lacks: ({ traced: _traced, ...readings }, context) =>
    stopped(readings, context).flatMap((run) => {
      if (retryConverged(context.expected, run) !== null) return [];
      return [`${run.spec.id}: it was not seen whether the next attempt leads to the expected end`];
    }),
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
  const how = first === undefined ? 'exited 0' : howItEnded(first);
  const cause = failed === undefined ? undefined : refusals(failed).at(-1);
  const { file, line } = cause === undefined || phase === undefined ? {} : placeOf(cause, phase, context);
  const left = failed === undefined ? differencesAfter(run, context) : { described: [], sql: undefined };
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
      left.sql === undefined
        ? {
            text: `Commit every change of ${phase} together with its ledger row, or make each statement harmless to repeat, then run: rehearse run . --only interruption`,
          }
        : {
            text: `Commit every change of ${phase} together with its ledger row. Where it has happened, close the gap:`,
            sql: left.sql,
          },
  };
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
