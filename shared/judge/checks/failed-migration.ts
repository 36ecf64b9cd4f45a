import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import type { JudgeContext } from '../context.ts';
import { howItEnded, refusals } from '../derive/attempts.ts';
import { failingAttempt, isCleanRefusal } from '../derive/clean-refusal.ts';
import { lockLosses } from '../derive/lock-losses.ts';
import { placeOf } from '../derive/place.ts';
import { duration, shortSql } from '../derive/sentences.ts';
import { type Draft, defineCheck } from './check.ts';

/** With nobody else in the room it fails: on production's data it cannot succeed. */
export const failedMigration = defineCheck({
  id: 'failed-migration',
  title: 'The migration fails on the snapshot’s data',
  why: 'The deployment stops half way, on production, with whatever was committed before.',
  incident: 'trigger-blocks-the-alter',
  severity: 'blocks',
  needs: ['control'],
  uses: ['underLoad'],
  parts: ['migration'],
  find: ({ control, underLoad }, context) => [
    ...control.runs.flatMap((run) => {
      const attempt = failingAttempt(run);
      if (attempt === undefined) return run.outcome === 'failed' ? [neverEnded(run)] : [];
      if (attempt.oomKilled || isCleanRefusal(run, attempt)) return [];
      return [failure(run, attempt, context)];
    }),
    ...(control.runs.some(({ outcome }) => outcome === 'completed')
      ? underLoad.runs.flatMap((run) => failureUnderLoad(run, context))
      : []),
  ],
});

/** What it left and whether it can be run again is judged elsewhere; a lost lock and a deadlock have checks of their own. */
function failureUnderLoad(run: RunResult, context: JudgeContext): readonly Draft[] {
  const attempt = failingAttempt(run);
  if (attempt === undefined || attempt.oomKilled) return [];
  if (lockLosses(run, context).length > 0 || refusals(attempt).some(({ sqlstate }) => sqlstate === '40P01')) return [];
  const alone = failure(run, attempt, context);
  const sqlstate = refusals(attempt).at(-1)?.sqlstate;
  return [
    {
      ...alone,
      severity: 'warns',
      title: `${attempt.phase} fails under load${sqlstate === undefined ? '' : `: ${sqlstate}`}`,
      summary: `With nobody else in the room it completes. ${alone.summary}`,
    },
  ];
}

function failure(run: RunResult, attempt: MigrationAttempt, context: JudgeContext): Draft {
  const cause = refusals(attempt).at(-1);
  const place = cause === undefined ? { phase: attempt.phase } : placeOf(cause, attempt.phase, context);
  const said = cause === undefined ? '' : `: the server refused “${shortSql(cause.sql)}” with ${cause.sqlstate}`;
  const message = cause?.message === undefined ? '' : ` (${cause.message})`;
  return {
    title: `${attempt.phase} fails with nobody else in the room${cause === undefined ? '' : `: ${cause.sqlstate}`}`,
    summary: `The command ${howItEnded(attempt)} after ${duration(attempt.durationMs)}${said}${message}.`,
    runs: [run],
    ...place,
    facts: { exitCode: attempt.exitCode, timedOut: attempt.timedOut, sqlstate: cause?.sqlstate ?? null },
    remedy: remedyFor(attempt, cause?.sqlstate),
  };
}

function remedyFor(attempt: MigrationAttempt, sqlstate: string | undefined): Draft['remedy'] {
  const again = 'then run: rehearse run . --only control';
  if (attempt.timedOut || sqlstate === '57014')
    return { text: `Split the work of ${attempt.phase} into batches, ${again}` };
  if (sqlstate?.startsWith('23')) return { text: `Make the rows fit before the statement that they violate, ${again}` };
  if (sqlstate === '2BP01' || sqlstate === '0A000') {
    return { text: `Drop what depends on it first and make it again in the same transaction, ${again}` };
  }
  return { text: `Change ${attempt.phase} so that it succeeds on this data, ${again}` };
}

const neverEnded = (run: RunResult): Draft => ({
  title: 'The migration did not complete',
  summary: `The quiet run failed: ${run.why ?? 'no command of it ended well'}.`,
  runs: [run],
  phase: run.attempts.at(-1)?.phase,
  remedy: { text: 'Make the command run to its end: rehearse run . --only control' },
});
