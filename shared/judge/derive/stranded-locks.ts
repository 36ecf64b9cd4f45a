import type { RunResult } from '../../domain/observation.ts';
import type { HeldLedgerLock } from '../../domain/schema.ts';
import type { JudgeContext } from '../context.ts';

/** Migration locks that are held where a run ended, and that the quiet run neither found nor left. */
export function strandedLocks({ before, end }: RunResult, { expected }: JudgeContext): readonly HeldLedgerLock[] {
  if (!end.seen) return [];
  const known = [before, expected?.run.end].flatMap((state) => (state?.seen ? (state.value.heldLocks ?? []) : []));
  return (end.value.heldLocks ?? []).filter(({ relation }) => !known.some((lock) => lock.relation === relation));
}
