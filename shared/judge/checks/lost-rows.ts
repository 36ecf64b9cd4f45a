import type { MigrationAttempt } from '../../domain/observation.ts';
import type { StatementObservation } from '../../domain/statement.ts';
import type { JudgeContext } from '../context.ts';
import { startOfPhase } from '../derive/clean-refusal.ts';
import { namesAsGoing } from '../derive/names-table.ts';
import { placeOf } from '../derive/place.ts';
import { type QuietRun, quietRun, unseenQuietly } from '../derive/quiet-locks.ts';
import { type RowLoss, rootOf, rowLosses, uncountedLosses } from '../derive/row-losses.ts';
import { count } from '../derive/sentences.ts';
import { type Draft, defineCheck } from './check.ts';

/** Nobody misses a row on the day on which it goes. */
export const lostRows = defineCheck({
  id: 'lost-rows',
  title: 'Rows are gone that nobody said should go',
  why: 'A cascade, a join that finds too much or a dropped table: what is gone is found missing weeks later.',
  rule:
    'Blocks where a table has fewer rows after a phase of the quiet run than before it and the phase does not name it ' +
    'in deletes. Warns where a statement names the table in DELETE, TRUNCATE or DROP. Renamed and replaced tables are ' +
    'followed, and rows may move between the partitions of one table.',
  severity: 'blocks',
  needs: ['control'],
  uses: ['traced'],
  parts: ['migration', 'schema'],
  find: ({ traced }, context) => {
    const quiet = quietRun(traced, context);
    if (quiet === undefined) return [];
    return quiet.run.attempts.flatMap((attempt) =>
      rowLosses(quiet, attempt)
        .filter((loss) => !isDeclared(quiet, loss, context))
        .map((loss) => draftOf(quiet, attempt, loss, context)),
    );
  },
  lacks: ({ traced }, context) => {
    const quiet = quietRun(traced, context);
    const uncounted = quiet?.run.attempts.flatMap((attempt) => uncountedLosses(quiet, attempt)) ?? [];
    return [...unseenQuietly(context), ...uncounted];
  },
});

/** By its own name or by that of the table whose partition it is; without a schema where only one table is called so. */
function isDeclared({ run }: QuietRun, { phase, relation }: RowLoss, { manifest }: JudgeContext): boolean {
  const start = startOfPhase(run, phase);
  const names = [relation, ...(start.seen ? [rootOf(relation, start.value)] : [])];
  const deletes = manifest.phases.find(({ name }) => name === phase)?.deletes ?? [];
  const isOnly = (declared: string) =>
    !start.seen || start.value.rowCounts.filter((other) => other.relation.endsWith(`.${declared}`)).length === 1;
  return deletes.some((declared) =>
    names.some((name) => {
      if (name === declared || name === `public.${declared}`) return true;
      return name.endsWith(`.${declared}`) && isOnly(declared);
    }),
  );
}

function draftOf(quiet: QuietRun, attempt: MigrationAttempt, loss: RowLoss, context: JudgeContext): Draft {
  const { phase, relation, before, after, isGone } = loss;
  const naming = attempt.statements.find((statement) => namesAsGoing(textOf(statement, context), relation));
  const lost = count(before - after, 'row');
  const now = isGone ? 'the table is gone' : `${after} of ${before} are left`;
  return {
    ...(naming === undefined ? {} : { severity: 'warns' as const }),
    title: `${phase} takes ${lost} from ${relation}`,
    summary: `With nobody else in the room ${relation} had ${count(before, 'row')} before ${phase}, and afterwards ${now}. ${naming === undefined ? 'No statement names it in DELETE, TRUNCATE or DROP' : 'A statement says so'}, and deletes of ${phase} does not name it.`,
    runs: [quiet.run],
    phase,
    // What went by itself may have gone with any statement: no place is better than a wrong one.
    ...(naming === undefined ? {} : placeOf(naming, phase, context)),
    relation,
    facts: { before, after, isGone },
    remedy: {
      text: `Keep the rows; or, where they are meant to go, declare deletes: [${relation}] in ${phase}. Then run: rehearse run . --only control`,
    },
  };
}

/** As the file has it, where that is known: inside of a made-up statement the names are in a string. */
function textOf({ sql, file, line }: StatementObservation, { bundle }: JudgeContext): string {
  return bundle.statements.find((source) => source.file === file && source.line === line)?.sql ?? sql;
}
