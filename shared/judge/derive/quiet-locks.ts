import { blocksReaders, blocksWriters, type LockMode, type LockObservation } from '../../domain/lock.ts';
import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import type { StatementObservation } from '../../domain/statement.ts';
import { knownLocks } from '../../plan/known-locks.ts';
import type { Reading } from '../collect-evidence.ts';
import type { JudgeContext } from '../context.ts';
import { startOfPhase } from './clean-refusal.ts';

/** The run with nobody else in the room: its locks are the migration's own doing. */
export interface QuietRun {
  readonly run: RunResult;
  /** Where the locks of statements that commit by themselves were seen. */
  readonly traced: RunResult | undefined;
  /** Tables of the tools' own books: nobody but a migrator waits for them. */
  readonly ledgers: ReadonlySet<string>;
}

export function quietRun(traced: Reading, { expected, control }: JudgeContext): QuietRun | undefined {
  const run = expected?.run ?? control;
  if (run === undefined) return undefined;
  const books = [run.before, run.end].flatMap((state) => (state.seen ? state.value.ledgers : []));
  return { run, traced: traced.runs[0], ledgers: new Set(books.map(({ relation }) => relation)) };
}

/** Why the quiet run cannot clear what would have come after its end. */
export function unseenQuietly({ expected, control }: JudgeContext): readonly string[] {
  const run = expected?.run ?? control;
  if (run === undefined) return [];
  return [
    ...(expected === null ? ['no quiet run reached the end, so what comes after that was not seen'] : []),
    ...(run.before.seen ? [] : [`${run.spec.id}: the state before it was not looked at (${run.before.why})`]),
  ];
}

/** Somebody else may use it: it was there when the phase began, and it is no ledger. */
export const isOthers = (quiet: QuietRun, phase: string, relation: string): boolean =>
  kindOfOthers(quiet, phase, relation) !== undefined;

/** Whether the lock keeps somebody from ordinary work: nobody but a refresh writes a materialized view. */
export function keepsOthersOut(
  quiet: QuietRun,
  phase: string,
  { relation, mode }: Pick<LockObservation, 'relation' | 'mode'>,
): boolean {
  const kind = kindOfOthers(quiet, phase, relation);
  if (kind === undefined) return false;
  return kind === 'table' ? blocksWriters(mode) : blocksReaders(mode);
}

function kindOfOthers({ run, ledgers }: QuietRun, phase: string, relation: string): 'table' | 'view' | undefined {
  const start = startOfPhase(run, phase);
  const before = start.seen ? start : run.before;
  if (!before.seen || ledgers.has(relation)) return undefined;
  const kinds = before.value.schema.objects.flatMap(({ kind, name, attributes }) => {
    if (name !== relation) return [];
    return kind === 'table' || (kind === 'view' && attributes.kind === 'materialized') ? [kind] : [];
  });
  return kinds[0];
}

export interface Hold {
  readonly mode: LockMode;
  /** Our own brakes subtracted. */
  readonly heldMs: number;
}

/**
 * How long this statement's transaction kept writers from the relation; undefined: it was not seen to do so. What
 * commits by itself holds its locks no longer than it lasts, on whichever of the two runs it was faster.
 */
export function holdOf(
  { traced }: QuietRun,
  attempt: MigrationAttempt,
  statement: StatementObservation,
  relation: string,
): Hold | undefined {
  const alone = statement.transaction === null;
  const locks = alone
    ? knownLocks(attempt.phase, statement, traced)
    : attempt.statements.filter(({ transaction }) => transaction === statement.transaction).flatMap((s) => s.locks);
  const [strongest] = locks.filter((lock) => lock.relation === relation && blocksWriters(lock.mode)).sort(byLength);
  if (strongest === undefined) return undefined;
  const { mode, heldMs } = strongest;
  return { mode, heldMs: alone ? Math.min(heldMs, statement.durationMs) : heldMs };
}

const byLength = (left: LockObservation, right: LockObservation): number => right.heldMs - left.heldMs;

/** Nothing at all is known of the locks of this statement, which committed by itself. */
export const hasUnseenLocks = ({ traced }: QuietRun, phase: string, statement: StatementObservation): boolean =>
  statement.transaction === null && knownLocks(phase, statement, traced).length === 0;
