import { depthWords, type LoadObservation } from '../../domain/load.ts';
import type { RunResult } from '../../domain/observation.ts';
import type { StatementObservation } from '../../domain/statement.ts';
import type { JudgeContext } from '../context.ts';
import { type BlockingChain, blockingChains } from '../derive/blocking-chains.ts';
import { takerOf } from '../derive/lock-taker.ts';
import { placeOf } from '../derive/place.ts';
import { boundedRetry } from '../derive/remedies.ts';
import { count, duration, listed, shortSql } from '../derive/sentences.ts';
import { statementOfParty } from '../derive/statement-of-party.ts';
import { stopTheWorld, unseenLoad } from '../derive/traffic.ts';
import { partyWords } from '../derive/who-holds.ts';
import { type Draft, defineCheck } from './check.ts';

/** A lock that the migration asks for makes traffic wait: the wait, not the hold, is the outage. */
export const lockQueuePileup = defineCheck({
  id: 'lock-queue-pileup',
  title: 'Traffic queued behind a lock of the migration',
  why: 'Everything that arrives after a waiting strong lock waits too, reads included, until the pool is empty.',
  incident: 'column-behind-a-long-read',
  severity: 'blocks',
  needs: ['underLoad', 'contention'],
  parts: ['load', 'locks'],
  notApplicable: ({ manifest }) => stopTheWorld(manifest),
  find: ({ underLoad, contention }, context) =>
    [...underLoad.runs, ...contention.runs].flatMap((run) =>
      run.load === undefined ? [] : draftsOf(run, run.load, context),
    ),
  lacks: ({ underLoad, contention }) => unseenLoad(underLoad, contention),
});

/** The load's longest wait decides; the sampled chains only say whose it was. */
function draftsOf(run: RunResult, load: LoadObservation, context: JudgeContext): readonly Draft[] {
  const budgetMs = context.manifest.budgets.blockedMs;
  if (load.blockedMsMax <= budgetMs) return [];
  const chains = blockingChains(run);
  const [longest] = chains;
  const over = chains.filter((chain) => chain.waitedMsMax > budgetMs);
  const guilty = over.length > 0 ? over : chains.slice(0, 1);
  if (guilty.length === 0) return [draftOf(run, load, { waitedMs: load.blockedMsMax }, context)];
  return guilty.map((chain) => {
    // A transaction may have waited more than once, and the load knows how long in all.
    const waitedMs = chain === longest ? Math.max(chain.waitedMsMax, load.blockedMsMax) : chain.waitedMsMax;
    return draftOf(run, load, { chain, waitedMs }, context);
  });
}

function draftOf(
  run: RunResult,
  load: LoadObservation,
  { chain, waitedMs }: { readonly chain?: BlockingChain; readonly waitedMs: number },
  context: JudgeContext,
): Draft {
  const met = statementOfParty(run, partyOf(run, chain));
  const found = met === undefined ? undefined : { phase: met.attempt.phase, statement: met.statement };
  const relation = chain?.relation ?? run.fault?.relation;
  const blamed = found === undefined ? undefined : blamedOf(found, chain, context);
  const place =
    found === undefined || blamed === undefined
      ? { phase: run.fault?.phase ?? onlyPhase(context) }
      : placeOf(blamed, found.phase, context);
  const on = relation === undefined ? 'tables' : relation;
  return {
    title: `Traffic on ${on} waits ${duration(waitedMs)} behind ${blamed === undefined ? 'the migration' : `“${shortSql(blamed.sql)}”`}`,
    summary: `${how(chain, blamed === found?.statement ? undefined : found?.statement)} ${count(load.blockedTransactions, 'transaction')} waited, ${duration(load.blockedMs)} together, ${depthWords(load)}; the longest wait was ${duration(waitedMs)}, the budget is ${duration(context.manifest.budgets.blockedMs)}.`,
    runs: [run],
    ...place,
    relation,
    facts: {
      waitedMsMax: waitedMs,
      blockedMs: load.blockedMs,
      blockedTransactions: load.blockedTransactions,
      queueDepthMax: load.queueDepthMax,
    },
    remedy: {
      text: 'Give up the lock request before anybody notices, and try again:',
      sql: boundedRetry(blamed?.sql ?? `LOCK TABLE ${relation ?? 'the_table'}`),
    },
  };
}

/** Where no chain was sampled, the statement at which the run's fault was aimed is what traffic waited for. */
const partyOf = ({ fault }: RunResult, chain: BlockingChain | undefined) => {
  const ordinal = chain === undefined ? fault?.ordinal : (chain.ordinal ?? undefined);
  return { ...(chain && { pid: chain.pid }), ...(ordinal === undefined ? {} : { ordinal }) };
};

interface Found {
  readonly phase: string;
  readonly statement: StatementObservation;
}

/** Who asks for the relation itself is to blame for it; who holds it already is to blame where it took it. */
function blamedOf(
  { phase, statement }: Found,
  chain: BlockingChain | undefined,
  context: JudgeContext,
): StatementObservation {
  if (chain === undefined || chain.behind.some(({ relation }) => relation === chain.relation)) return statement;
  return takerOf(statement, phase, chain.relation, context);
}

/** `later`: what the transaction was at, where that is not the statement that took the lock. */
function how(chain: BlockingChain | undefined, later: StatementObservation | undefined): string {
  const at = later === undefined ? '' : ` and was at “${shortSql(later.sql)}”`;
  if (chain === undefined || chain.behind.length === 0) return `While the migration held its lock${at},`;
  const blockers = listed([...new Set(chain.behind.flatMap(({ blockers: before }) => before.map(partyWords)))].sort());
  if (later === undefined) return `While its lock request waited for ${blockers},`;
  return `While the migration held its lock and waited at “${shortSql(later.sql)}” for ${blockers},`;
}

const onlyPhase = ({ manifest }: JudgeContext): string | undefined =>
  manifest.phases.length === 1 ? manifest.phases[0]?.name : undefined;
