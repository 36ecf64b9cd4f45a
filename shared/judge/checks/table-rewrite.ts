import type { MigrationAttempt } from '../../domain/observation.ts';
import type { StatementObservation } from '../../domain/statement.ts';
import type { JudgeContext } from '../context.ts';
import { keepsWritersOut, scaleWords, timesSnapshot } from '../derive/blocking-hold.ts';
import { startOfPhase } from '../derive/clean-refusal.ts';
import { expectedAfter } from '../derive/expected-end.ts';
import { besideTheOld } from '../derive/online-remedies.ts';
import { placeOf } from '../derive/place.ts';
import { holdOf, isOthers, type QuietRun, quietRun, unseenQuietly } from '../derive/quiet-locks.ts';
import { bytes, duration, shortSql } from '../derive/sentences.ts';
import { stopTheWorld } from '../derive/traffic.ts';
import { type Draft, defineCheck } from './check.ts';

/** An emptied table has a new file too: one page of it is no copy of anything. */
const nothingBytes = 8192;

/** What a rewrite costs grows with the table, and nobody reads or writes it meanwhile. */
export const tableRewrite = defineCheck({
  id: 'table-rewrite',
  title: 'A table is written anew while nobody may use it',
  why: 'Readers and writers wait as long as the copy takes, which is as long as the table is large.',
  rule:
    'Warns of every rewrite of a table with rows. Blocks where writers were kept out for longer than budgets.blocked ' +
    '(at least 250 ms) on the quiet run and the table takes up 1 MiB or more; where the snapshot says that ' +
    'production is larger, time and size are multiplied by as much.',
  incident: 'integer-to-bigint-rewrite',
  severity: 'blocks',
  needs: ['control'],
  uses: ['traced'],
  parts: ['migration'],
  notApplicable: ({ manifest }) => stopTheWorld(manifest),
  find: ({ traced }, context) => rewritesIn(quietRun(traced, context), context).map((rewrite) => rewrite.draft),
  lacks: ({ traced }, context) => [
    ...unseenQuietly(context),
    ...rewritesIn(quietRun(traced, context), context).flatMap(({ unsized }) => unsized ?? []),
  ],
});

interface Rewrite {
  readonly draft: Draft;
  /** Its size, which decides, is not known. */
  readonly unsized?: string;
}

function rewritesIn(quiet: QuietRun | undefined, context: JudgeContext): readonly Rewrite[] {
  if (quiet === undefined) return [];
  return quiet.run.attempts.flatMap((attempt) =>
    attempt.statements.flatMap((statement) =>
      statement.rewrote
        .filter((relation) => isOthers(quiet, attempt.phase, relation))
        .filter((relation) => (statement.rewroteBytes?.[relation] ?? Infinity) > nothingBytes)
        .map((relation) => rewriteOf(quiet, attempt, statement, relation, context)),
    ),
  );
}

function rewriteOf(
  quiet: QuietRun,
  attempt: MigrationAttempt,
  statement: StatementObservation,
  relation: string,
  context: JudgeContext,
): Rewrite {
  // Nothing but ACCESS EXCLUSIVE lets a table be rewritten; unseen, it is held as long as the statement lasts.
  const heldMs = holdOf(quiet, attempt, statement, relation)?.heldMs ?? statement.durationMs;
  const size = statement.rewroteBytes?.[relation];
  const isTooLong = keepsWritersOut(heldMs, size ?? Infinity, context);
  const of = size === undefined ? '' : ` (${bytes(size)})`;
  const draft: Draft = {
    ...(isTooLong && size !== undefined ? {} : { severity: 'warns' as const }),
    title: `${relation} is written anew${of} by “${shortSql(statement.sql)}”`,
    summary: `A new copy of ${relation}${of} was written, with ${bytes(statement.walBytes)} of WAL, and for ${duration(heldMs)} of the quiet run nobody could have read or written it; ${scaleWords(heldMs, size ?? 0, context)}.`,
    runs: [quiet.run],
    ...placeOf(statement, attempt.phase, context),
    relation,
    facts: { bytes: size ?? null, walBytes: statement.walBytes, heldMs, timesProduction: timesSnapshot(context) },
    remedy: remedyFor(quiet, attempt.phase, relation, context),
  };
  if (size !== undefined || !isTooLong) return { draft };
  return { draft, unsized: `the size of ${relation}, which ${attempt.phase} writes anew, was not seen` };
}

function remedyFor({ run }: QuietRun, phase: string, relation: string, context: JudgeContext): Draft['remedy'] {
  const start = startOfPhase(run, phase);
  const end = expectedAfter(context.expected, phase);
  const sql = start.seen && end.seen ? besideTheOld(relation, start.value, end.value) : undefined;
  if (sql === undefined)
    return { text: `Change ${relation} without a copy of it, then run: rehearse run . --only control,under-load` };
  return { text: 'Fill a column beside the old one in batches, and swap the two when they are equal:', sql };
}
