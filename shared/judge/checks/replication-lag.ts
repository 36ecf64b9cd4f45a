import type { JudgeContext } from '../context.ts';
import { bytes, duration } from '../derive/sentences.ts';
import { type FollowedRun, followedRuns, unseenStandby, withoutStandby } from '../derive/standby-use.ts';
import { type Draft, defineCheck } from './check.ts';

/** Whoever writes much at once makes those who follow late. */
export const replicationLag = defineCheck({
  id: 'replication-lag',
  title: 'A standby is late while the migration runs',
  why: 'Who reads there reads the past: an order that was just paid is still open.',
  rule: 'Warns where the oldest change that was written and not replayed was older than budgets.replicaLag.',
  incident: 'replica-cannot-follow',
  severity: 'warns',
  needs: ['standby'],
  parts: ['standby'],
  notApplicable: withoutStandby,
  find: ({ standby }, context) => followedRuns(standby).flatMap((followed) => draftsOf(followed, context)),
  lacks: ({ standby }) => unseenStandby(standby),
});

function draftsOf({ run, seen }: FollowedRun, { manifest }: JudgeContext): readonly Draft[] {
  const budgetMs = manifest.budgets.replicaLagMs;
  const { lagMsMax, lagBytesMax, replayBlockedMs } = seen;
  if (lagMsMax <= budgetMs) return [];
  const phase = manifest.phases.length === 1 ? manifest.phases[0]?.name : undefined;
  return [
    {
      title: `A standby is ${duration(lagMsMax)} late while ${phase ?? 'the migration'} runs`,
      summary: `Up to ${bytes(lagBytesMax)} of WAL were written and not yet replayed, the oldest of it for ${duration(lagMsMax)}; the budget is ${duration(budgetMs)}. For ${duration(replayBlockedMs)} of the time replay waited for reads.`,
      runs: [run],
      phase,
      facts: { lagMsMax, lagBytesMax, replayBlockedMs, budgetMs },
      remedy: {
        text: `Write in batches, with a pause between two until the standbys are there, then run: rehearse run . --only control,standby`,
      },
    },
  ];
}
