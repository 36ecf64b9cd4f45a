import { blocksWriters, type LockMode } from '../../domain/lock.ts';
import type { StatementObservation } from '../../domain/statement.ts';
import type { JudgeContext } from '../context.ts';
import { quietStatements, quietTwin } from './place.ts';

/**
 * The statement through which traffic came to wait for a relation that its transaction held: the first that kept
 * writers from it in the quiet run, else the first that locked it for writing at all. What the transaction did
 * meanwhile decides how long the wait is, and at which of its statements the sampler met it is chance.
 */
export function takerOf(
  statement: StatementObservation,
  phase: string,
  relation: string,
  context: JudgeContext,
): StatementObservation {
  const twin = quietTwin(statement, phase, context);
  if (twin === undefined || twin.transaction === null) return statement;
  const sent = quietStatements(context, phase).filter(
    ({ transaction, ordinal }) => transaction === twin.transaction && ordinal <= twin.ordinal,
  );
  const firstWith = (isMeant: (mode: LockMode) => boolean) =>
    sent.find(({ locks }) => locks.some((lock) => lock.relation === relation && isMeant(lock.mode)));
  return firstWith(blocksWriters) ?? firstWith((mode) => mode !== 'AccessShareLock') ?? statement;
}
