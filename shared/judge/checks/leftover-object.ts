import { closingSql } from '../closing-sql.ts';
import type { JudgeContext } from '../context.ts';
import { type Ending, endingsOf, unseenEnds, unseenStarts } from '../derive/endings.ts';
import { isClearedByRetry, type Leftover, leftoversOf } from '../derive/leftovers.ts';
import { statementOn } from '../derive/place.ts';
import { listed } from '../derive/sentences.ts';
import { type Draft, defineCheck } from './check.ts';

/** What a failed attempt leaves lying about: invalid indexes, unvalidated constraints, triggers, helpers. */
export const leftoverObject = defineCheck({
  id: 'leftover-object',
  title: 'A failed attempt leaves objects behind',
  why:
    'They cost every write, fire on rows they were not made for, and stand ' +
    'in the way of the next attempt and of the way back.',
  incident: 'invalid-index-left-behind',
  severity: 'blocks',
  needs: ['control', 'underLoad', 'contention', 'secondStart', 'interruption'],
  parts: ['schema'],
  find: ({ control, underLoad, contention, secondStart, interruption }, context) =>
    endingsOf(control, underLoad, contention, secondStart, interruption).flatMap((ending) => draftsOf(ending, context)),
  lacks: ({ underLoad, contention, secondStart, interruption }) => [
    ...unseenStarts(underLoad, contention, secondStart, interruption),
    ...unseenEnds(underLoad, contention, secondStart, interruption),
  ],
});

function draftsOf(ending: Ending, context: JudgeContext): readonly Draft[] {
  if (ending.run === context.expected?.run) return [];
  return Map.groupBy(leftoversOf(ending, context), ({ object }) => object.relation)
    .entries()
    .map(([relation, leftovers]) => draftOf(ending, relation, leftovers, context))
    .toArray();
}

function draftOf(
  { run, phase }: Ending,
  relation: string | undefined,
  leftovers: readonly Leftover[],
  context: JudgeContext,
): Draft {
  const names = leftovers.map(({ what }) => what);
  const blocking = leftovers.filter(({ blocksRetry }) => blocksRetry);
  const cleared = isClearedByRetry(run, context);
  const statement = relation === undefined ? undefined : statementOn(context, phase, relation);
  const closing = closingSql(leftovers.map(({ object }) => ({ change: 'extra', object })));
  return {
    ...(cleared ? { severity: 'warns' as const } : {}),
    title: `${listed(names, 2)} is left behind`,
    summary: `${run.spec.id} left ${listed(names)}, which the quiet run does not leave. ${retryText(run.aftermath?.retry !== undefined, cleared, blocking)}`,
    runs: [run],
    phase,
    file: statement?.file,
    line: statement?.line,
    relation,
    facts: { objects: leftovers.map(({ object }) => object.name), blocksRetry: blocking.length > 0 },
    remedy: {
      text: `Remove it before ${phase} is run again, and let ${phase} do so itself at its beginning:`,
      ...(closing === undefined ? {} : { sql: closing.sql }),
    },
  };
}

function retryText(retried: boolean, cleared: boolean, blocking: readonly Leftover[]): string {
  if (cleared) return 'The next attempt removed it and ended where it should.';
  if (blocking.length > 0)
    return `It blocks the next attempt, whose error names ${listed(blocking.map(({ what }) => what))}.`;
  return retried ? 'The next attempt does not remove it.' : 'Nothing will remove it.';
}
