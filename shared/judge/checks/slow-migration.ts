import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import type { JudgeContext } from '../context.ts';
import { honestAttempts } from '../derive/attempts.ts';
import { timesSnapshot } from '../derive/blocking-hold.ts';
import { duration, shortSql } from '../derive/sentences.ts';
import { type Draft, defineCheck } from './check.ts';

/** A shorter statement is work on the catalog, which costs the same however large the tables are. */
const growingMs = 100;

/** The deployment waits for it, and so does whoever must roll it back. */
export const slowMigration = defineCheck({
  id: 'slow-migration',
  title: 'The migration takes longer than its budget',
  why: 'Two versions live side by side for that long, and whoever has to stop it must decide in the middle of it.',
  rule:
    'Warns where a phase takes longer than budgets.migration with nobody else in the room. Where the snapshot says that ' +
    'production is larger, the time is extrapolated: at least the statements of more than 100 ms grow as the data ' +
    'does, at most everything does; the lower of the two decides.',
  severity: 'warns',
  needs: ['control'],
  uses: ['controlUnlimited'],
  parts: ['migration'],
  find: ({ control, controlUnlimited }, context) =>
    [...control.runs, ...controlUnlimited.runs].flatMap((run) =>
      honestAttempts(run).flatMap((attempt) => draftsOf(run, attempt, context)),
    ),
});

function draftsOf(run: RunResult, attempt: MigrationAttempt, context: JudgeContext): readonly Draft[] {
  const budgetMs = context.manifest.budgets.migrationMs;
  const times = timesSnapshot(context);
  const growing = attempt.statements.filter(({ durationMs }) => durationMs > growingMs);
  const grownMs = growing.reduce((sum, { durationMs }) => sum + durationMs, 0) * (times - 1);
  const leastMs = attempt.durationMs + grownMs;
  const mostMs = attempt.durationMs * times;
  if (leastMs <= budgetMs) return [];
  const longest = growing.toSorted((left, right) => right.durationMs - left.durationMs)[0];
  const most =
    longest === undefined ? '' : ` Most of it is “${shortSql(longest.sql)}” with ${duration(longest.durationMs)}.`;
  const inProduction =
    times <= 1
      ? ''
      : ` Production is ${Math.round(times * 10) / 10} times as large as the snapshot: there it takes from ${duration(leastMs)} to ${duration(Math.max(leastMs, mostMs))}.`;
  return [
    {
      title: `${attempt.phase} takes ${duration(times <= 1 ? attempt.durationMs : leastMs)}`,
      summary: `With nobody else in the room it took ${duration(attempt.durationMs)}; the budget is ${duration(budgetMs)}.${most}${inProduction}`,
      runs: [run],
      phase: attempt.phase,
      facts: {
        durationMs: attempt.durationMs,
        budgetMs,
        leastMs,
        mostMs: Math.max(leastMs, mostMs),
        timesProduction: times,
      },
      remedy: {
        text: `Move work on rows out of ${attempt.phase} into batches that run on their own time, then run: rehearse run . --only control`,
      },
    },
  ];
}
