import type { LoadObservation } from '../../domain/load.ts';
import type { RunResult } from '../../domain/observation.ts';
import type { JudgeContext } from '../context.ts';
import { count, listed } from '../derive/sentences.ts';
import { stopTheWorld, unseenLoad } from '../derive/traffic.ts';
import { type Draft, defineCheck } from './check.ts';

/** Errors that the same traffic did not get before the migration began. */
export const failedTransactions = defineCheck({
  id: 'failed-transactions',
  title: 'Transactions of the traffic fail while the migration runs',
  why: 'Users and jobs get errors during the deployment, and not everything is tried again.',
  incident: 'one-statement-backfill',
  severity: 'blocks',
  needs: ['underLoad', 'contention'],
  parts: ['load'],
  notApplicable: ({ manifest }) => stopTheWorld(manifest),
  find: ({ underLoad, contention }, context) =>
    [...underLoad.runs, ...contention.runs].flatMap((run) =>
      run.load === undefined ? [] : draftsOf(run, run.load, context),
    ),
  lacks: ({ underLoad, contention }) => unseenLoad(underLoad, contention),
});

function draftsOf(run: RunResult, load: LoadObservation, context: JudgeContext): readonly Draft[] {
  const added = newErrors(run, load);
  const failed = Object.values(added).reduce((sum, number) => sum + number, 0);
  const budget = context.manifest.budgets.failedTransactions;
  if (failed <= budget) return [];
  const { spec } = run;
  const phase = spec.scenario === 'contention' ? spec.phase : onlyPhase(context);
  const codes = Object.entries(added).map(([sqlstate, number]) => `${number} × ${sqlstate}`);
  return [
    {
      title: `${count(failed, 'transaction')} of the traffic ${failed === 1 ? 'fails' : 'fail'} while ${phase ?? 'the migration'} runs`,
      summary: `Of ${load.transactions} transactions ${failed} failed with errors that the traffic before the migration did not get: ${listed(codes)}. The budget is ${budget}.`,
      runs: [run],
      phase,
      facts: { failedBySqlstate: added, transactions: load.transactions },
      remedy: {
        text: `Make ${phase ?? 'the migration'} hold its locks shorter and keep what the statements in flight use, then run: rehearse run . --only under-load,contention`,
      },
    },
  ];
}

/** An error that the quiet traffic has too counts when it comes this much more often. */
const growth = 3;

/** Per SQLSTATE. What was prepared again and then went through is not among them. */
function newErrors(run: RunResult, load: LoadObservation): Readonly<Record<string, number>> {
  const added = Object.entries(load.failedBySqlstate).filter(([sqlstate, number]) => {
    if (number === 0) return false;
    return number > (load.baselineFailedBySqlstate[sqlstate] ?? 0) * timesBaseline(run, load) * growth;
  });
  return Object.fromEntries(added.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/** How often the quiet lead before the first statement fits into the whole time of the traffic. */
function timesBaseline(run: RunResult, { series }: LoadObservation): number {
  const startMs = series[0]?.atMs ?? 0;
  const wholeMs = (series.at(-1)?.atMs ?? 0) - startMs;
  const leadMs = (run.attempts[0]?.statements[0]?.startedAtMs ?? 0) - startMs;
  return leadMs <= 0 ? 1 : Math.max(1, wholeMs / leadMs);
}

const onlyPhase = ({ manifest }: JudgeContext): string | undefined =>
  manifest.phases.length === 1 ? manifest.phases[0]?.name : undefined;
