import type { SchemaDifference } from '../../domain/schema.ts';
import { closingSql } from '../closing-sql.ts';
import type { JudgeContext } from '../context.ts';
import { type Ending, endingsOf, unseenEnds } from '../derive/endings.ts';
import { expectedAfter } from '../derive/expected-end.ts';
import { statementOn } from '../derive/place.ts';
import { apartFromLedgers } from '../derive/same-state.ts';
import { count, listed } from '../derive/sentences.ts';
import { compareSchemas, describeDifference } from '../schema-difference.ts';
import { type Draft, defineCheck } from './check.ts';

/** Everything exited 0, and the database is another one than after the quiet run. */
export const divergentSchema = defineCheck({
  id: 'divergent-schema',
  title: 'Under stress the migration ends in another schema',
  why: 'Production ends up with a schema that no test has ever seen, and nobody is told.',
  incident: 'nullable-left-behind',
  severity: 'blocks',
  needs: ['control', 'underLoad', 'contention', 'secondStart'],
  uses: ['interruption'],
  parts: ['schema'],
  find: ({ underLoad, contention, secondStart, interruption }, context) =>
    endingsOf(underLoad, contention, secondStart, interruption)
      .filter((ending) => ending.claim === 'success')
      .flatMap((ending) => draftsOf(ending, context)),
  lacks: ({ underLoad, contention, secondStart }, context) => [
    ...unseenEnds(underLoad, contention, secondStart),
    ...endingsOf(underLoad, contention, secondStart).flatMap(({ run, phase }) => {
      const wanted = expectedAfter(context.expected, phase);
      return wanted.seen ? [] : [`${run.spec.id}: nothing to compare its end with (${wanted.why})`];
    }),
  ],
});

function draftsOf(ending: Ending, context: JudgeContext): readonly Draft[] {
  const wanted = expectedAfter(context.expected, ending.phase);
  if (!wanted.seen) return [];
  const [expected, actual] = apartFromLedgers(wanted.value, ending.end);
  const differences = compareSchemas(expected, actual);
  return Map.groupBy(differences, ({ object }) => object.relation)
    .entries()
    .map(([relation, group]) => draftOf(ending, relation, group, context))
    .toArray();
}

function draftOf(
  { run, phase }: Ending,
  relation: string | undefined,
  differences: readonly SchemaDifference[],
  context: JudgeContext,
): Draft {
  const described = differences.map(describeDifference);
  const statement = relation === undefined ? undefined : statementOn(context, phase, relation);
  const closing = closingSql(differences);
  return {
    title: `Exit code 0, but ${listed(described, 2)}`,
    summary: `In ${run.spec.id} every command exited 0 and the schema differs from the quiet run's in ${count(differences.length, 'place')}: ${listed(described)}.`,
    runs: [run],
    phase,
    file: statement?.file,
    line: statement?.line,
    relation,
    facts: { differences: described },
    remedy:
      closing === undefined
        ? { text: `Make ${phase} fail as a whole when a part of it fails, then run: rehearse run . --only contention` }
        : {
            text: `Make ${phase} fail as a whole when a part of it fails. Where it has happened, close the gap:`,
            sql: closing.sql,
          },
  };
}
