import type { JudgeContext } from '../context.ts';
import { count, listed } from '../derive/sentences.ts';
import { type FollowedRun, followedRuns, severityFor, unseenStandby, withoutStandby } from '../derive/standby-use.ts';
import { type Draft, defineCheck } from './check.ts';

/** A migration that is fine on the server it runs on, and not on those that follow it. */
export const standbyDivergence = defineCheck({
  id: 'standby-divergence',
  title: 'A standby does not end as the server that it follows',
  why: 'Reads there answer something else, or nothing any more, and a failover would lead to it.',
  rule:
    'Blocks where a version reads on the standby (READ_DATABASE_URL) or budgets.replicaLag is named; warns where nobody ' +
    'is known to rely on one.',
  incident: 'replica-cannot-follow',
  severity: 'blocks',
  needs: ['standby'],
  parts: ['standby'],
  notApplicable: withoutStandby,
  find: ({ standby }, context) => followedRuns(standby).flatMap((followed) => draftsOf(followed, context)),
  lacks: ({ standby }) => [
    ...unseenStandby(standby),
    ...followedRuns(standby).flatMap(({ run, seen }) =>
      seen.sameSchema.seen || !seen.end.replayed ? [] : [`${run.spec.id}: ${seen.sameSchema.why}`],
    ),
  ],
});

function draftsOf(followed: FollowedRun, context: JudgeContext): readonly Draft[] {
  const { run, seen } = followed;
  const draft = { severity: severityFor(followed, context), runs: [run] };
  if (!seen.end.replayed) {
    return [
      {
        ...draft,
        title: 'A standby stops replaying the migration',
        summary: `The standby did not come to the end of what was written: ${seen.end.why}.`,
        remedy: {
          text: 'Look at the server log of a standby for what it cannot replay. Where it stands:',
          sql: 'SELECT pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), pg_get_wal_replay_pause_state();',
        },
      },
    ];
  }
  const differs: readonly Draft[] =
    seen.sameSchema.seen && !seen.sameSchema.value
      ? [
          {
            ...draft,
            title: 'A standby ends in another schema',
            summary: 'Everything was replayed, and the catalogs of the two servers differ.',
            remedy: {
              text: 'Build the standby anew from a base backup, then run: rehearse run . --only control,standby',
            },
          },
        ]
      : [];
  const [first] = seen.unreadable;
  if (first === undefined) return differs;
  const relations = seen.unreadable.map(({ relation, sqlstate }) => `${relation} (${sqlstate})`);
  return [
    ...differs,
    {
      ...draft,
      title: `${listed(
        seen.unreadable.map(({ relation }) => relation),
        3,
      )} cannot be read on a standby any more`,
      summary: `After the migration ${count(seen.unreadable.length, 'table')} can be read on the server that it ran on and not on the standby: ${listed(relations)}.`,
      relation: first.relation,
      facts: { unreadable: seen.unreadable },
      remedy: {
        text: 'What is not written to WAL does not exist on a standby; write it again:',
        sql: seen.unreadable.map(({ relation }) => `ALTER TABLE ${relation} SET LOGGED;`).join('\n'),
      },
    },
  ];
}
