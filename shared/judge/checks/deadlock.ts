import type { RunResult } from '../../domain/observation.ts';
import type { JudgeContext } from '../context.ts';
import { type Deadlock, deadlocks, isUnexplained } from '../derive/deadlocks.ts';
import { reachedExpectedEnd } from '../derive/expected-end.ts';
import { placeOf } from '../derive/place.ts';
import { boundedRetry } from '../derive/remedies.ts';
import { shortSql } from '../derive/sentences.ts';
import { type Draft, defineCheck } from './check.ts';

/** Two that wait for each other: the server ends one of them, and nobody can say which. */
export const deadlock = defineCheck({
  id: 'deadlock',
  title: 'The migration and others wait for each other',
  why: 'The server cancels one of the two: either the deployment stops half way, or a user’s transaction is lost.',
  incident: 'two-migrators-at-once',
  severity: 'blocks',
  needs: ['control', 'underLoad', 'contention', 'secondStart'],
  uses: ['traced'],
  parts: ['migration', 'load', 'locks'],
  find: ({ control, underLoad, contention, secondStart, traced }, context) =>
    [control, traced, underLoad, contention, secondStart].flatMap(({ runs }) =>
      runs.flatMap((run) => deadlocks(run).map((one) => draftOf(one, context))),
    ),
  lacks: ({ underLoad, contention }) => [underLoad, contention].flatMap(({ runs }) => runs.flatMap(unexplained)),
});

/** Of two starts the server ended one, and the other did all there was to do. */
const isHarmless = (run: RunResult, { expected }: JudgeContext): boolean =>
  run.otherStart !== undefined && reachedExpectedEnd(expected, run.attempts, run.end) === true;

const unexplained = (run: RunResult): readonly string[] =>
  isUnexplained(run) ? [`${run.spec.id}: the traffic ran into a deadlock, and with whom was not seen`] : [];

function draftOf({ run, victim, phase, statement, relation }: Deadlock, context: JudgeContext): Draft {
  const place = statement === undefined || phase === undefined ? { phase } : placeOf(statement, phase, context);
  const what = statement === undefined ? (phase ?? 'The migration') : `“${shortSql(statement.sql)}”`;
  const on = relation === undefined ? '' : ` on ${relation}`;
  const whose = victim === 'migration' ? 'the statement of the migration' : 'a transaction of the traffic';
  const others = run.otherStart === undefined ? 'the application' : 'the other start';
  return {
    ...(isHarmless(run, context) ? { severity: 'warns' as const } : {}),
    title: `${what} runs into a deadlock${on}`,
    summary: `In ${run.spec.id} it waited for somebody who waited for locks that its own transaction held; the server ended it with 40P01 and cancelled ${whose}.`,
    runs: [run],
    ...place,
    relation,
    facts: { victim },
    remedy: {
      text: `Take one table’s lock in each transaction, or all of them first and in the order of ${others}:`,
      sql: boundedRetry(statement?.sql ?? `LOCK TABLE ${relation ?? 'the_table'}`),
    },
  };
}
