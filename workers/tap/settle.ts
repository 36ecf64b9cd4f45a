import type { TappedStatement } from '../../shared/edge/ports/tap.ts';
import type { OpenStatement } from './answers.ts';
import type { Session } from './session.ts';
import { timeoutsAfter } from './timeouts.ts';
import { chains, type Status, statusAfterText } from './transaction-words.ts';

export interface Conclusion {
  /**
   * Of the last statement: what ReadyForQuery said; null: the connection ended; absent: not said yet, taken from the
   * text.
   */
  readonly statusAfter?: Status | null;
  readonly traced: boolean;
}

/** Statements finished on the server: they are recorded, then each one's hook holds the answer. */
export async function settle(
  session: Session,
  finished: readonly OpenStatement[],
  conclusion: Conclusion,
): Promise<readonly TappedStatement[]> {
  const statements = finished.map((open, at) => {
    const last = at === finished.length - 1;
    const said = last || conclusion.statusAfter === null ? conclusion.statusAfter : undefined;
    return concluded(session, open, said === undefined ? inferred(session.status, open) : said, conclusion.traced);
  });
  session.expected = { status: session.status, timeouts: session.timeouts };
  for (const statement of statements) session.context.ledger.record(statement);
  const hooks = session.context.options.hooks;
  for (const statement of statements) {
    if (hooks?.finished !== undefined) await session.brake(() => hooks.finished?.(statement) ?? Promise.resolve());
  }
  return statements;
}

function inferred(before: Status, { arrived, failure }: OpenStatement): Status {
  if (failure !== null) return before === 'I' ? 'I' : 'E';
  return statusAfterText(before, arrived.sql);
}

function concluded(
  session: Session,
  open: OpenStatement,
  statusAfter: Status | null,
  traced: boolean,
): TappedStatement {
  const finishedAtMs = open.finishedAtMs ?? session.context.options.now();
  const statement: TappedStatement = {
    ...open.arrived,
    statusBefore: session.status,
    sentAtMs: open.sentAtMs,
    finishedAtMs,
    durationMs: Math.max(0, finishedAtMs - open.sentAtMs),
    transaction: numberOf(session, statusAfter, open.arrived.sql),
    statusAfter,
    commandTag: open.tags.at(-1) ?? '',
    rows: open.rows,
    ...open.failure,
    traced,
  };
  const failed = open.failure !== null;
  const outcome = { completed: open.tags.length, failed, statusAfter };
  session.timeouts = timeoutsAfter(session.timeouts, open.arrived.sql, outcome);
  session.status = statusAfter ?? 'I';
  return statement;
}

/**
 * The number of the transaction a statement stands in; one that ends and one that begins a transaction belong to it.
 */
function numberOf(session: Session, after: Status | null, sql: string): number | null {
  const current = session.transaction;
  if (after === 'I' || after === null) {
    session.transaction = null;
    return current;
  }
  if (current === null) {
    session.transaction = session.context.ledger.nextTransaction();
    return session.transaction;
  }
  if (after === 'T' && chains(sql)) session.transaction = session.context.ledger.nextTransaction();
  return current;
}
