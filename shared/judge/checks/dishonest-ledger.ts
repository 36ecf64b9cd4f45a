import type { JudgeContext } from '../context.ts';
import { type Ending, endingsOf, unseenEnds } from '../derive/endings.ts';
import { expectedAfter, retryConverged } from '../derive/expected-end.ts';
import { type Honesty, honestyOf } from '../derive/ledger-honesty.ts';
import { ledgerEntries } from '../derive/same-state.ts';
import { listed } from '../derive/sentences.ts';
import { type Draft, defineCheck } from './check.ts';

/** The tool's own table of what it applied says something else than the catalog. */
export const dishonestLedger = defineCheck({
  id: 'dishonest-ledger',
  title: 'The ledger does not say what the database holds',
  why: 'The next run trusts the ledger: it skips what is missing, or repeats what is there.',
  incident: 'oom-third-state',
  severity: 'blocks',
  needs: ['control', 'underLoad', 'contention', 'secondStart', 'interruption'],
  parts: ['schema'],
  find: ({ control, underLoad, contention, secondStart, interruption }, context) =>
    endingsOf(control, underLoad, contention, secondStart, interruption).flatMap((ending) => draftsOf(ending, context)),
  lacks: ({ control, underLoad, contention, secondStart, interruption }) =>
    unseenEnds(control, underLoad, contention, secondStart, interruption),
});

function draftsOf(ending: Ending, context: JudgeContext): readonly Draft[] {
  const honesty = honestyOf(context.expected, ending.end);
  const unwritten = ending.claim === 'success' ? missingEntries(ending, context) : [];
  const lies = honesty.dirty.length + honesty.lacking.length > 0;
  if (!lies && honesty.unrecorded.length + unwritten.length === 0) return [];
  const converges = retryConverged(context.expected, ending.run);
  // Without a retry that was seen, unrepeatable-migration is undetermined and says so.
  const mild = !lies && (converges === true || (converges === null && ending.claim !== 'success'));
  return [draftOf(ending, honesty, unwritten, mild)];
}

function draftOf({ run, phase, end }: Ending, honesty: Honesty, unwritten: readonly string[], mild: boolean): Draft {
  const says = [
    ...honesty.dirty.map((entry) => `${entry} is marked unfinished`),
    ...honesty.lacking.map((object) => `${object} is not as the recorded migration leaves it`),
    ...honesty.unrecorded.map((object) => `${object} is there although its migration is not recorded`),
    ...unwritten.map((entry) => `${entry} is not recorded although every command exited 0`),
  ];
  const ledger = end.ledgers[0]?.relation ?? unwritten[0]?.split(' ')[0];
  return {
    ...(mild ? { severity: 'warns' as const } : {}),
    title: titleOf(honesty, unwritten, ledger),
    summary: `After ${run.spec.id}: ${listed(says)}.${mild ? ' The next attempt converges.' : ''}`,
    runs: [run],
    phase,
    relation: ledger,
    facts: { dirty: honesty.dirty, lacking: honesty.lacking, unrecorded: honesty.unrecorded, unwritten },
    remedy: {
      text: `Write the ledger row in the same transaction as what it stands for. To see what ${ledger ?? 'the ledger'} claims now:`,
      ...(ledger === undefined ? {} : { sql: `SELECT * FROM ${ledger};` }),
    },
  };
}

const are = (things: readonly string[]): string => (things.length === 1 ? 'is' : 'are');

function titleOf(honesty: Honesty, unwritten: readonly string[], ledger = 'the ledger'): string {
  if (honesty.lacking.length > 0)
    return `${ledger} says applied, but ${listed(honesty.lacking, 2)} ${are(honesty.lacking)} not there as declared`;
  if (honesty.dirty.length > 0) return `${listed(honesty.dirty, 2)} ${are(honesty.dirty)} left marked unfinished`;
  if (honesty.unrecorded.length > 0)
    return `${listed(honesty.unrecorded, 2)} ${are(honesty.unrecorded)} there and ${ledger} does not know`;
  return `${ledger} does not record ${listed(unwritten, 2)} although the command exited 0`;
}

/** What the quiet run's ledger has after the same phase and this one has not. */
function missingEntries({ phase, end }: Ending, context: JudgeContext): readonly string[] {
  const wanted = expectedAfter(context.expected, phase);
  if (!wanted.seen) return [];
  const written = new Set(ledgerEntries(end));
  return ledgerEntries(wanted.value).filter((entry) => !written.has(entry));
}
