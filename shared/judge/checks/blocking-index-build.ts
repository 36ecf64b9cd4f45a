import type { MigrationAttempt } from '../../domain/observation.ts';
import type { BuiltObject, StatementObservation } from '../../domain/statement.ts';
import type { JudgeContext } from '../context.ts';
import { keepsWritersOut, scaleWords, timesSnapshot } from '../derive/blocking-hold.ts';
import { expectedAfter } from '../derive/expected-end.ts';
import { builtOnline } from '../derive/online-remedies.ts';
import { placeOf } from '../derive/place.ts';
import {
  type Hold,
  hasUnseenLocks,
  holdOf,
  isOthers,
  type QuietRun,
  quietRun,
  unseenQuietly,
} from '../derive/quiet-locks.ts';
import { bytes, duration, listed, shortSql } from '../derive/sentences.ts';
import { stopTheWorld } from '../derive/traffic.ts';
import { type Draft, defineCheck } from './check.ts';

/** Building reads every row, and whoever writes waits until the last one was read. */
export const blockingIndexBuild = defineCheck({
  id: 'blocking-index-build',
  title: 'An index or a constraint is built while writers wait',
  why: 'Every INSERT, UPDATE and DELETE on the table stands still until the whole table was read.',
  rule:
    'Warns of every index and every validated constraint that is built on a table with rows under a lock that keeps ' +
    'writers out; a NOT NULL that a validated check has proved reads no row. Blocks where writers were kept out for ' +
    'longer than budgets.blocked (at least 250 ms) on the quiet run and the table takes up 1 MiB or more; where the ' +
    'snapshot says that production is larger, time and size are multiplied by as much.',
  incident: 'index-without-concurrently',
  severity: 'blocks',
  needs: ['control'],
  uses: ['traced'],
  parts: ['migration'],
  notApplicable: ({ manifest }) => stopTheWorld(manifest),
  find: ({ traced }, context) =>
    buildsIn(quietRun(traced, context)).flatMap((build) => (build.hold === undefined ? [] : draftsOf(build, context))),
  lacks: ({ traced }, context) => [
    ...unseenQuietly(context),
    ...buildsIn(quietRun(traced, context)).flatMap((build) => unsureOf(build, context)),
  ],
});

/** Everything that one statement built on one table of others. */
interface Build {
  readonly quiet: QuietRun;
  readonly attempt: MigrationAttempt;
  readonly statement: StatementObservation;
  readonly relation: string;
  readonly built: readonly BuiltObject[];
  /** undefined: writers were not seen to be kept out. */
  readonly hold: Hold | undefined;
}

function buildsIn(quiet: QuietRun | undefined): readonly Build[] {
  if (quiet === undefined) return [];
  return quiet.run.attempts.flatMap((attempt) =>
    attempt.statements.flatMap((statement) =>
      [...Map.groupBy(statement.built ?? [], ({ relation }) => relation)]
        .filter(([relation]) => isOthers(quiet, attempt.phase, relation))
        .map(([relation, built]) => {
          const hold = holdOf(quiet, attempt, statement, relation);
          return { quiet, attempt, statement, relation, built, hold };
        }),
    ),
  );
}

const tableBytesOf = ({ built }: Build): number | undefined =>
  built.find((object) => object.relationBytes)?.relationBytes;

function draftsOf(build: Build, context: JudgeContext): readonly Draft[] {
  const { quiet, attempt, statement, relation, built } = build;
  const { mode, heldMs } = build.hold ?? { mode: 'ShareLock', heldMs: 0 };
  const size = tableBytesOf(build);
  if (built.every((object) => object.relationBytes === 0)) return [];
  const isTooLong = size !== undefined && keepsWritersOut(heldMs, size, context);
  const names = listed(built.map(({ kind, name }) => `${kind} ${name}`));
  const of = size === undefined ? '' : ` (${bytes(size)})`;
  return [
    {
      ...(isTooLong ? {} : { severity: 'warns' as const }),
      title: `Writers of ${relation} wait while “${shortSql(statement.sql)}” builds ${names}`,
      summary: `To build ${names}, every row of ${relation}${of} is read under ${mode}, which keeps writers out; it was held for ${duration(heldMs)} in the quiet run, ${scaleWords(heldMs, size ?? 0, context)}.`,
      runs: [quiet.run],
      ...placeOf(statement, attempt.phase, context),
      relation,
      facts: {
        built: built.map(({ name }) => name),
        bytes: size ?? null,
        mode,
        heldMs,
        timesProduction: timesSnapshot(context),
      },
      remedy: remedyFor(attempt.phase, built, context),
    },
  ];
}

/** What might have kept writers out for too long, and nobody saw whether it did, or how large the table is. */
function unsureOf(build: Build, context: JudgeContext): readonly string[] {
  const { quiet, attempt, statement, relation, hold } = build;
  const size = tableBytesOf(build);
  const names = listed(build.built.map(({ name }) => name));
  if (hold === undefined) {
    if (!hasUnseenLocks(quiet, attempt.phase, statement)) return [];
    if (!keepsWritersOut(statement.durationMs, size ?? Infinity, context)) return [];
    return [`the locks under which ${attempt.phase} built ${names} on ${relation} were not seen`];
  }
  if (size !== undefined || !keepsWritersOut(hold.heldMs, Infinity, context)) return [];
  return [`the size of ${relation}, on which ${attempt.phase} builds ${names}, was not seen`];
}

function remedyFor(phase: string, built: readonly BuiltObject[], context: JudgeContext): Draft['remedy'] {
  const end = expectedAfter(context.expected, phase);
  const steps = end.seen ? built.map((object) => builtOnline(object, end.value)) : [];
  const sql = steps.filter((step) => step !== undefined).join('\n');
  if (sql === '') return { text: 'Build it without keeping writers out, then run: rehearse run . --only control' };
  return { text: 'Build it while writers go on, outside of a transaction:', sql };
}
