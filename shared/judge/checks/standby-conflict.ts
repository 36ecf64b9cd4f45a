import type { StandbyApp } from '../../domain/standby.ts';
import type { Reading } from '../collect-evidence.ts';
import type { JudgeContext } from '../context.ts';
import { placeOf, statementOn } from '../derive/place.ts';
import { count, duration, listed, shortSql } from '../derive/sentences.ts';
import {
  type FollowedRun,
  followedRuns,
  readsThere,
  reliesOnStandby,
  severityFor,
  unseenStandby,
  withoutStandby,
} from '../derive/standby-use.ts';
import { type Draft, defineCheck } from './check.ts';

/** A strong lock is replayed too, and on a standby no lock_timeout of the migration gives way. */
export const standbyConflict = defineCheck({
  id: 'standby-conflict',
  title: 'Reads on a standby and the replay of the migration are in each other’s way',
  why:
    'A standby replays the lock as well: reads there wait as long as the migration holds it, and a read that is in ' +
    'the way of the replay is cancelled, or makes everything on the standby old.',
  rule:
    'Blocks where a version that reads on the standby (READ_DATABASE_URL) gets errors there that it did not get before, ' +
    'and where reads wait behind a replayed lock for longer than budgets.blocked on a standby that a version reads, or ' +
    'for whose lag a budget is named; without those it warns. Warns of cancelled reads of ours, and of a replay that ' +
    'they held up for longer than budgets.blocked (budgets.replicaLag where nobody relies on the standby).',
  incident: 'replica-cannot-follow',
  severity: 'blocks',
  needs: ['standby'],
  uses: ['compatibility'],
  parts: ['standby'],
  notApplicable: withoutStandby,
  find: ({ standby, compatibility }, context) =>
    followedRuns(standby).flatMap((followed) => [
      ...brokenReaders(followed, compatibility, context),
      ...waitingReads(followed, context),
      ...heldUp(followed, context),
    ]),
  lacks: ({ standby, compatibility }, context) => [
    ...unseenStandby(standby),
    ...followedRuns(standby).flatMap(({ run, seen }) =>
      seen.apps
        .filter((app) => readsThere(app) && neverAnswered(app, context) && !isRefusedThere(app, compatibility))
        .map(({ app }) => `${run.spec.id}: ${app} reads on the standby and did not become ready there`),
    ),
  ],
});

/** Whoever answers elsewhere as it did before, and not where it reads on the standby. */
function brokenReaders({ run, seen }: FollowedRun, compatibility: Reading, context: JudgeContext): readonly Draft[] {
  return seen.apps.filter(readsThere).flatMap((app) => {
    if (neverAnswered(app, context)) return isRefusedThere(app, compatibility) ? [neverReady(run, app)] : [];
    const elsewhere = failingElsewhere(app, compatibility);
    const failing = [...app.during, ...app.after].filter(
      ({ name, outcome }) =>
        outcome === 'fail' &&
        !elsewhere.has(name) &&
        !app.before.some((first) => first.name === name && isBroken(first)),
    );
    const names = [...new Set(failing.map(({ name }) => name))];
    const isSlow = app.slowestMs > context.manifest.budgets.slowMs;
    if (names.length === 0 || (app.sqlErrors.length === 0 && !isSlow)) return [];
    const errors = app.sqlErrors.map(({ sqlstate, message }) => `it was told ${sqlstate} ${message}`);
    const met = errors.length > 0 ? errors : [`its longest statement took ${duration(app.slowestMs)}`];
    return [
      {
        title: `${app.app} fails where it reads on the standby: ${listed(names, 3)}`,
        summary: `Where nobody migrates, or it reads on the server that is written to, ${app.app} answers; on the standby ${listed(met, 3)}.`,
        runs: [run],
        app: app.app,
        facts: { probes: names, statements: app.statements },
        remedy: {
          text: 'Hold strong locks in short transactions of their own, and try the others again on 40001; then run: rehearse run . --only control,standby',
        },
      },
    ];
  });
}

const isBroken = ({ outcome }: { readonly outcome: string }): boolean => outcome === 'fail';

/** What only a standby says: a read was in the way of the replay, or something was to be written. */
const ofStandbys = new Set(['40001', '25006']);

/**
 * Probes that this version fails without a standby too are no matter of the standby; where it need not live, only as
 * long as it met nothing that only a standby says.
 */
function failingElsewhere({ app, sqlErrors }: StandbyApp, { runs }: Reading): ReadonlySet<string> {
  const metStandby = sqlErrors.some(({ sqlstate }) => ofStandbys.has(sqlstate));
  const cells = runs
    .filter(({ spec }) => !metStandby || ('gates' in spec && spec.gates))
    .flatMap((run) => run.cells)
    .filter((cell) => cell.app === app);
  return new Set(cells.flatMap(({ probes }) => probes.filter(isBroken).map(({ name }) => name)));
}

/** It has probes that only read, and none was asked: it was never ready. */
const neverAnswered = ({ app, before, during, after }: StandbyApp, { manifest }: JudgeContext): boolean =>
  manifest.probes.some((probe) => !probe.writes && probe.for.includes(app)) &&
  [before, during, after].every((answers) => answers.length === 0);

/** Previous was not ready before the first phase already: nobody can say that the migration is at fault. */
const isRefusedThere = ({ app, sqlErrors }: StandbyApp, { runs }: Reading): boolean =>
  app === 'next' &&
  sqlErrors.length > 0 &&
  runs.some(({ cells }) =>
    cells.some(
      (cell) => cell.app === app && cell.started.seen && cell.started.value && cell.probes.some((p) => !isBroken(p)),
    ),
  );

function neverReady(run: FollowedRun['run'], { app, statements, sqlErrors }: StandbyApp): Draft {
  const met = sqlErrors.map(({ sqlstate, message }) => `it was told ${sqlstate} ${message}`);
  return {
    title: `${app} does not become ready where it reads on the standby`,
    summary: `It asked the standby ${count(statements, 'statement')} and was never ready${met.length === 0 ? '' : `; ${listed(met, 3)}`}. Where it reads on the server that is written to, it starts.`,
    runs: [run],
    app,
    facts: { probes: [], statements },
    remedy: {
      text: `Let ${app} only read through READ_DATABASE_URL while it starts; then run: rehearse run . --only control,standby`,
    },
  };
}

function waitingReads(followed: FollowedRun, context: JudgeContext): readonly Draft[] {
  const { waitedMsMax, waitedOn } = followed.seen.reads;
  const budgetMs = context.manifest.budgets.blockedMs;
  if (waitedMsMax <= budgetMs || waitedOn === undefined) return [];
  const place = placeOn(waitedOn, context);
  return [
    {
      severity: severityFor(followed, context),
      title: `Reads of ${waitedOn} on a standby wait ${duration(waitedMsMax)} behind the replayed lock of the migration`,
      summary: `The standby holds the lock of ${place.named} from when it is replayed until the transaction’s end is; the longest of ${count(followed.seen.reads.planned, 'read')} waited ${duration(waitedMsMax)}, the budget is ${duration(budgetMs)}.`,
      runs: [followed.run],
      ...place.at,
      relation: waitedOn,
      facts: { waitedMsMax, budgetMs },
      remedy: {
        text: `End the transaction that locks ${waitedOn} at once, and do the long work in others, then run: rehearse run . --only control,standby`,
      },
    },
  ];
}

function heldUp(followed: FollowedRun, context: JudgeContext): readonly Draft[] {
  const { cancelledQueries, replayBlockedMs, longRead } = followed.seen;
  const { blockedMs, replicaLagMs } = context.manifest.budgets;
  const budgetMs = reliesOnStandby(followed, context) ? blockedMs : replicaLagMs;
  if (cancelledQueries === 0 && replayBlockedMs <= budgetMs) return [];
  const { relation } = longRead ?? {};
  const place = relation === undefined ? undefined : placeOn(relation, context);
  return [
    {
      severity: 'warns',
      title:
        cancelledQueries === 0
          ? `Replay on a standby waits ${duration(replayBlockedMs)} for a read`
          : `A standby cancels ${count(cancelledQueries, 'read')} to replay the migration`,
      summary: `Replay of ${place?.named ?? 'the migration'} waited ${duration(replayBlockedMs)} for reads of ours${longRead === undefined ? '' : `, the longest of which was to last ${duration(longRead.heldMs)}`}; ${cancelledQueries === 0 ? 'none was cancelled' : `${cancelledQueries} of them ended with 40001`}. Everything on the standby is as old meanwhile.`,
      runs: [followed.run],
      ...place?.at,
      relation,
      facts: { cancelledQueries, replayBlockedMs },
      remedy: {
        text: 'Pause long reads on the standbys while it runs. Those that are in the way:',
        sql: "SELECT pid, application_name, now() - xact_start AS age FROM pg_stat_activity WHERE backend_type = 'client backend' ORDER BY xact_start;",
      },
    },
  ];
}

function placeOn(relation: string, context: JudgeContext) {
  for (const { name } of context.manifest.phases) {
    const statement = statementOn(context, name, relation);
    if (statement === undefined) continue;
    return { named: `“${shortSql(statement.sql)}”`, at: placeOf(statement, name, context) };
  }
  return { named: 'the migration', at: {} };
}
