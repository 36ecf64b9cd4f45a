import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import { type Observed, unobserved } from '../../domain/observed.ts';
import type { StatePoint } from '../../domain/run.ts';
import type { DatabaseState } from '../../domain/schema.ts';
import { claimOf } from './attempts.ts';
import { ledgerText, sameSchema, sameState } from './same-state.ts';

/** The quiet run that reached the end, and the states it passed on its way. */
export interface ExpectedEnd {
  readonly run: RunResult;
  readonly path: readonly PathState[];
}

export interface PathState {
  readonly point: StatePoint;
  readonly state: DatabaseState;
  /** Whole migrations and nothing else: schema and ledger say the same here. */
  readonly clean: boolean;
}

/** The control run where it completed, else the one without limits; null: nobody knows where the migration leads. */
export function findExpectedEnd(control: RunResult | undefined, unlimited: RunResult | undefined): ExpectedEnd | null {
  const run = [control, unlimited].find((candidate) => candidate?.outcome === 'completed');
  return run === undefined ? null : { run, path: pathOf(run) };
}

export function pathOf(run: RunResult): readonly PathState[] {
  const seen = run.states.flatMap(({ point, state }) => (state.seen ? [{ point, state: state.value }] : []));
  const before = run.before.seen ? [{ point: { kind: 'before' } as const, state: run.before.value }] : [];
  const last = run.attempts.at(-1)?.phase;
  const end =
    run.end.seen && last !== undefined && !seen.some(({ point }) => point.kind === 'after' && point.phase === last)
      ? [{ point: { kind: 'after', phase: last } as const, state: run.end.value }]
      : [];
  const all = [...before, ...seen, ...(run.outcome === 'completed' ? end : [])];
  const moves = all.map((place, at) => moveTo(all[at - 1], place));
  return all.map((place, at) => ({ ...place, clean: isClean(all, moves, at) }));
}

type Place = Omit<PathState, 'clean'>;
type Move = 'schema' | 'ledger' | 'both' | 'rows';

/**
 * The start and the end of every phase are clean. Inside, the ledger decides: a tool that writes its row last is clean
 * right after a row, one that writes it first right before the next.
 */
function isClean(path: readonly Place[], moves: readonly Move[], at: number): boolean {
  const place = path[at];
  if (place === undefined || place.state.ledgers.some((ledger) => ledger.entries.some((entry) => entry.dirty)))
    return false;
  if (place.point.kind !== 'inside') return true;
  const { phase } = place.point;
  const inPhase = moves.filter((move, index) => phaseOf(path[index]) === phase && move !== 'rows');
  const writesRowFirst = inPhase[0] === 'ledger' && inPhase.at(-1) === 'schema';
  if (writesRowFirst) return moves[at + 1] === 'ledger' || moves[at + 1] === 'both';
  const last = moves.slice(0, at + 1).findLast((move) => move !== 'rows');
  return last === 'ledger' || last === 'both';
}

const phaseOf = (place: Place | undefined): string | undefined =>
  place === undefined || place.point.kind === 'before' || place.point.kind === 'after-rollback'
    ? undefined
    : place.point.phase;

function moveTo(from: Place | undefined, to: Place): Move {
  if (from === undefined) return 'rows';
  const ledger = ledgerText(from.state) !== ledgerText(to.state);
  const schema = !sameSchema(from.state, to.state);
  if (ledger && schema) return 'both';
  return ledger ? 'ledger' : schema ? 'schema' : 'rows';
}

/** Where the database should be after this phase has exited 0. */
export function expectedAfter(expected: ExpectedEnd | null, phase: string): Observed<DatabaseState> {
  if (expected === null) return unobserved('no quiet run reached the end');
  const place = expected.path.findLast(({ point }) => point.kind === 'after' && point.phase === phase);
  if (place !== undefined) return { seen: true, value: place.state };
  return expected.run.attempts.at(-1)?.phase === phase
    ? expected.run.end
    : unobserved(`the state after ${phase} was not looked at in the quiet run`);
}

/** Nothing was left behind: the database holds whole migrations only, none being the least. */
export function isWholeMigrations(
  expected: ExpectedEnd | null,
  before: Observed<DatabaseState>,
  state: DatabaseState,
): boolean {
  if (before.seen && sameState(before.value, state)) return true;
  return (expected?.path ?? []).some((place) => place.clean && sameState(place.state, state));
}

/** Whether these commands all exited 0 and led to the expected state; null: it could not be seen. */
export function reachedExpectedEnd(
  expected: ExpectedEnd | null,
  attempts: readonly MigrationAttempt[],
  end: Observed<DatabaseState>,
): boolean | null {
  if (attempts.length === 0) return null;
  if (claimOf(attempts) !== 'success') return false;
  const wanted = expectedAfter(expected, attempts.at(-1)?.phase ?? '');
  return wanted.seen && end.seen ? sameState(wanted.value, end.value) : null;
}

/** Whether the retry that followed this run converged; null: none was seen, or not where it ended. */
export function retryConverged(expected: ExpectedEnd | null, run: RunResult): boolean | null {
  const retry = run.aftermath?.retry;
  return retry === undefined ? null : reachedExpectedEnd(expected, retry.attempts, retry.end);
}
