import type { HeldLedgerLock } from '../../domain/schema.ts';
import type { Reading } from '../collect-evidence.ts';
import type { JudgeContext } from '../context.ts';
import { type Ending, endingsOf, unseenEnds } from '../derive/endings.ts';
import { expectedAfter, retryConverged } from '../derive/expected-end.ts';
import { type Honesty, honestyOf } from '../derive/ledger-honesty.ts';
import { ledgerEntries } from '../derive/same-state.ts';
import { listed } from '../derive/sentences.ts';
import { strandedLocks } from '../derive/stranded-locks.ts';
import { isUnjoinable } from '../derive/unjoinable.ts';
import { type Draft, defineCheck } from './check.ts';

/** The tool's own table of what it applied says something else than the catalog. */
export const dishonestLedger = defineCheck({
  id: 'dishonest-ledger',
  title: 'The ledger does not say what the database holds',
  why: 'The next run trusts the ledger: it skips what is missing, or repeats what is there.',
  incident: 'oom-third-state',
  severity: 'blocks',
  needs: ['control', 'underLoad', 'contention', 'secondStart', 'interruption'],
  uses: ['traced'],
  parts: ['schema'],
  find: ({ control, underLoad, contention, secondStart, interruption, traced }, context) => [
    ...endingsOf(control, underLoad, contention, secondStart, interruption).flatMap((ending) =>
      draftsOf(ending, traced, context),
    ),
    ...splitTransactions(interruption, traced, context),
  ],
  lacks: ({ control, underLoad, contention, secondStart, interruption }) =>
    unseenEnds(control, underLoad, contention, secondStart, interruption),
});

function draftsOf(ending: Ending, traced: Reading, context: JudgeContext): readonly Draft[] {
  const honesty = honestyOf(context.expected, ending.end);
  const unwritten = ending.claim === 'success' ? missingEntries(ending, context) : [];
  const lies = honesty.dirty.length + honesty.lacking.length > 0;
  const locks = strandedLocks(ending.run, context);
  if (!lies && honesty.unrecorded.length + unwritten.length + locks.length === 0) return [];
  const converges = retryConverged(context.expected, ending.run);
  // What cannot stand in one transaction with its row, and is found and finished by the next attempt, is done right.
  const unjoinable = unwritten.length === 0 && isUnjoinable(honesty.unrecorded, traced, context);
  if (!lies && unjoinable && locks.length === 0 && converges === true) return [];
  // Without a retry that was seen, unrepeatable-migration is undetermined and says so.
  const mild = !lies && (converges === true || (converges === null && ending.claim !== 'success'));
  return [draftOf(ending, { honesty, unwritten, locks, mild, passed: false })];
}

/** DDL and its row in different transactions, on the quiet run already, where no interruption was tried between them. */
function splitTransactions(interruption: Reading, traced: Reading, context: JudgeContext): readonly Draft[] {
  const { expected } = context;
  if (expected === null) return [];
  const isTried = (phase: string, committed: number) =>
    interruption.runs.some(
      ({ spec }) => spec.scenario === 'interruption' && spec.phase === phase && spec.committed === committed,
    );
  return expected.path.flatMap(({ point, state, clean }) => {
    if (clean || point.kind !== 'inside' || isTried(point.phase, point.committed)) return [];
    const honesty = honestyOf(expected, state);
    const lies = honesty.dirty.length + honesty.lacking.length > 0;
    const isSplit = honesty.unrecorded.length > 0 && !isUnjoinable(honesty.unrecorded, traced, context);
    if (!lies && !isSplit) return [];
    const passing = { run: expected.run, phase: point.phase, claim: 'killed', end: state } as const;
    return [draftOf(passing, { honesty, unwritten: [], locks: [], mild: true, passed: true })];
  });
}

interface Dishonesty {
  readonly honesty: Honesty;
  /** Entries that the quiet run has and this one has not. */
  readonly unwritten: readonly string[];
  readonly locks: readonly HeldLedgerLock[];
  readonly mild: boolean;
  /** A state that the quiet run went through and left again. */
  readonly passed: boolean;
}

function draftOf({ run, phase, end }: Ending, { honesty, unwritten, locks, mild, passed }: Dishonesty): Draft {
  const says = [
    ...honesty.dirty.map((entry) => `${entry} is marked unfinished`),
    ...honesty.lacking.map((object) => `${object} is not as the recorded migration leaves it`),
    ...honesty.unrecorded.map((object) => `${object} is there although its migration is not recorded`),
    ...unwritten.map((entry) => `${entry} is not recorded although every command exited 0`),
    ...locks.map(({ relation }) => `${relation} still says that somebody is migrating`),
  ];
  const ledger = end.ledgers[0]?.relation ?? unwritten[0]?.split(' ')[0];
  return {
    ...(mild ? { severity: 'warns' as const } : {}),
    title: titleOf(honesty, unwritten, says, ledger),
    summary: passed
      ? `On its way the quiet run commits a change apart from its ledger row: ${listed(says)}. Nobody tried what a crash leaves there.`
      : `After ${run.spec.id}: ${listed(says)}.${mild ? ' The next attempt converges.' : ''}`,
    runs: [run],
    phase,
    relation: ledger,
    facts: {
      ...{ dirty: honesty.dirty, lacking: honesty.lacking, unrecorded: honesty.unrecorded, unwritten },
      ...(locks.length === 0 ? {} : { heldLocks: locks.map((lock) => lock.relation) }),
    },
    remedy: locks.length === 0 ? oneTransaction(ledger) : releasing(locks),
  };
}

const oneTransaction = (ledger: string | undefined): Draft['remedy'] => ({
  text: `Write the ledger row in the same transaction as what it stands for. To see what ${ledger ?? 'the ledger'} claims now:`,
  ...(ledger === undefined ? {} : { sql: `SELECT * FROM ${ledger};` }),
});

const releasing = (locks: readonly HeldLedgerLock[]): Draft['remedy'] => ({
  text: 'Lock by an advisory lock, which ends with its session. Where nobody is migrating any more, release the lock:',
  sql: locks.map(({ releaseSql }) => releaseSql).join('\n'),
});

const are = (things: readonly string[]): string => (things.length === 1 ? 'is' : 'are');

function titleOf(
  honesty: Honesty,
  unwritten: readonly string[],
  says: readonly string[],
  ledger = 'the ledger',
): string {
  if (honesty.lacking.length > 0)
    return `${ledger} says applied, but ${listed(honesty.lacking, 2)} ${are(honesty.lacking)} not there as declared`;
  if (honesty.dirty.length > 0) return `${listed(honesty.dirty, 2)} ${are(honesty.dirty)} left marked unfinished`;
  if (honesty.unrecorded.length > 0)
    return `${listed(honesty.unrecorded, 2)} ${are(honesty.unrecorded)} there and ${ledger} does not know`;
  if (unwritten.length > 0) return `${ledger} does not record ${listed(unwritten, 2)} although the command exited 0`;
  return listed(says, 2);
}

/** What the quiet run's ledger has after the same phase and this one has not. */
function missingEntries({ phase, end }: Ending, context: JudgeContext): readonly string[] {
  const wanted = expectedAfter(context.expected, phase);
  if (!wanted.seen) return [];
  const written = new Set(ledgerEntries(end));
  return ledgerEntries(wanted.value).filter((entry) => !written.has(entry));
}
