import type { LoadObservation } from '../../domain/load.ts';
import type { RunResult } from '../../domain/observation.ts';
import type { JudgeContext } from '../context.ts';
import { duration } from '../derive/sentences.ts';
import { stopTheWorld, unseenLoad } from '../derive/traffic.ts';
import { type Draft, defineCheck } from './check.ts';

/** Traffic that is slow without a migration is slow with one: that is not its doing. */
const timesBaseline = 2;

/** What users see of it, whatever the locks say. */
export const slowTraffic = defineCheck({
  id: 'slow-traffic',
  title: 'The traffic is slow while the migration runs',
  why: 'Requests time out, callers try again, and the queue that this makes outlasts the migration.',
  rule:
    'Warns where the 99th percentile of the latency under load is above budgets.slow and more than twice what the same ' +
    'traffic had before the first phase; what our own generator was late is subtracted.',
  severity: 'warns',
  needs: ['underLoad'],
  parts: ['load', 'locks'],
  notApplicable: ({ manifest }) => stopTheWorld(manifest),
  find: ({ underLoad }, context) =>
    underLoad.runs.flatMap((run) => (run.load === undefined || isWeak(run) ? [] : draftsOf(run, run.load, context))),
  lacks: ({ underLoad }) => unseenLoad(underLoad),
});

/** Where our own generator or the machine could not keep up, latencies are theirs. */
const isWeak = ({ weaknesses }: RunResult): boolean =>
  weaknesses.some(({ part }) => part === 'load' || part === 'locks');

function draftsOf(run: RunResult, load: LoadObservation, { manifest }: JudgeContext): readonly Draft[] {
  const { slowMs } = manifest.budgets;
  const p99Ms = load.latencyMs.p99 - load.lagMsP99;
  const quietMs = load.baselineLatencyMs.p99;
  if (p99Ms <= slowMs || p99Ms <= quietMs * timesBaseline) return [];
  const phase = manifest.phases.length === 1 ? manifest.phases[0]?.name : undefined;
  return [
    {
      title: `One in a hundred transactions takes ${duration(p99Ms)} or longer while ${phase ?? 'the migration'} runs`,
      summary: `The 99th percentile was ${duration(p99Ms)} under load and ${duration(quietMs)} before the first phase; the budget is ${duration(slowMs)}, the slowest of ${load.transactions} took ${duration(load.latencyMs.max)}.`,
      runs: [run],
      phase,
      facts: { p99Ms, baselineP99Ms: quietMs, budgetMs: slowMs },
      remedy: {
        text: `Shorten what ${phase ?? 'the migration'} holds and writes at once, then run: rehearse run . --only under-load`,
      },
    },
  ];
}
