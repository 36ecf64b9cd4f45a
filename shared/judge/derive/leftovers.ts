import type { RunResult } from '../../domain/observation.ts';
import type { DatabaseState, SchemaObject } from '../../domain/schema.ts';
import type { JudgeContext } from '../context.ts';
import { objectKey, ownName } from '../schema-difference.ts';
import type { Ending } from './endings.ts';
import { expectedAfter, isWholeMigrations, retryConverged } from './expected-end.ts';
import { apartFromLedgers } from './same-state.ts';

/** An object that a run left and that nobody is meant to find. */
export interface Leftover {
  readonly object: SchemaObject;
  readonly what: string;
  /** The next attempt's error names it. */
  readonly blocksRetry: boolean;
}

/** Whole migrations leave nothing over, even where a later one will drop what they made. */
export function leftoversOf({ run, end, claim, phase }: Ending, context: JudgeContext): readonly Leftover[] {
  if (context.expected === null || !run.before.seen) return [];
  if (claim !== 'success' && isWholeMigrations(context.expected, run.before, end)) return [];
  const wanted = context.expected.run.end;
  if (!wanted.seen) return [];
  const before = keysOf(run.before.value, end);
  // What this phase is meant to leave for a later one to remove is not left over either.
  const here = expectedAfter(context.expected, phase);
  const kept = new Map([...(here.seen ? keysOf(here.value, end) : []), ...keysOf(wanted.value, end)]);
  return apartFromLedgers(end, wanted.value)[0].objects.flatMap((object) => {
    const what = whatIsOver(object, before.get(objectKey(object)), kept.get(objectKey(object)));
    const blocksRetry = stumbledOver(run, object);
    if (what !== undefined) return [{ object, what, blocksRetry }];
    const made = !before.has(objectKey(object)) && ['trigger', 'function', 'index', 'constraint'].includes(object.kind);
    return made && blocksRetry ? [{ object, what: `${object.kind} ${object.name}`, blocksRetry }] : [];
  });
}

/** Gone after the retry, which then ended where it should. */
export const isClearedByRetry = (run: RunResult, context: JudgeContext): boolean =>
  retryConverged(context.expected, run) === true;

function whatIsOver(
  object: SchemaObject,
  before: SchemaObject | undefined,
  kept: SchemaObject | undefined,
): string | undefined {
  const unfinished = unfinishedness(object);
  if (unfinished !== undefined) {
    const asBefore = before !== undefined && unfinishedness(before) !== undefined;
    const asWanted = kept !== undefined && unfinishedness(kept) !== undefined;
    return asBefore || asWanted ? undefined : `${unfinished} ${object.kind} ${object.name}`;
  }
  if (before !== undefined || kept !== undefined) return undefined;
  return ['trigger', 'function', 'table', 'column'].includes(object.kind) ? `${object.kind} ${object.name}` : undefined;
}

function unfinishedness({ kind, attributes }: SchemaObject): string | undefined {
  if (kind === 'index' && (attributes.valid === false || attributes.ready === false)) return 'invalid';
  return kind === 'constraint' && attributes.validated === false ? 'NOT VALID' : undefined;
}

function keysOf(state: DatabaseState, other: DatabaseState): ReadonlyMap<string, SchemaObject> {
  return new Map(apartFromLedgers(state, other)[0].objects.map((object) => [objectKey(object), object]));
}

/** Duplicates (42710 42P07 42701 42723) and dependants (2BP01, 0A000) whose message names it. */
function stumbledOver(run: RunResult, object: SchemaObject): boolean {
  const own = ownName(object).split('(')[0] ?? '';
  const bare = own.slice(own.lastIndexOf('.') + 1);
  return (run.aftermath?.retry?.attempts ?? []).some((attempt) =>
    attempt.statements.some(
      ({ sqlstate, message = '' }) =>
        ['42710', '42P07', '42701', '42723', '2BP01', '0A000'].includes(sqlstate ?? '') &&
        message.includes(`"${bare}"`),
    ),
  );
}
