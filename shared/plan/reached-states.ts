import type { RunResult } from '../domain/observation.ts';
import type { DatabaseState } from '../domain/schema.ts';

/** A committed change of a phase, counted from 1 within it. */
export interface Boundary {
  readonly phase: string;
  readonly committed: number;
}

/**
 * What the database was after a committed change; undefined: nobody saw. The last change of a phase leads to the state
 * after it, which has that name only.
 */
export function stateAt(control: RunResult, { phase, committed }: Boundary): DatabaseState | undefined {
  const isLast = !control.attempts.some(
    (attempt) =>
      attempt.phase === phase && attempt.statements.some((statement) => (statement.committed ?? 0) > committed),
  );
  const place = control.states.find(({ point }) =>
    point.kind === 'inside'
      ? point.phase === phase && point.committed === committed
      : isLast && point.kind === 'after' && point.phase === phase,
  );
  return place?.state.seen ? place.state.value : undefined;
}

export function stateBefore(control: RunResult, { phase, committed }: Boundary): DatabaseState | undefined {
  return committed > 1 ? stateAt(control, { phase, committed: committed - 1 }) : stateAtStart(control, phase);
}

/** What a phase begins with: what the one before it left. */
export function stateAtStart(control: RunResult, phase: string): DatabaseState | undefined {
  const earlier = control.attempts[control.attempts.findIndex((attempt) => attempt.phase === phase) - 1];
  if (earlier === undefined) return control.before.seen ? control.before.value : undefined;
  const place = control.states.find(({ point }) => point.kind === 'after' && point.phase === earlier.phase);
  return place?.state.seen ? place.state.value : undefined;
}

/**
 * A table that others can use by the time a phase begins: it was there before the first one, or an earlier one made it
 * for more than its own records.
 */
export function wasThereFor(control: RunResult, phase: string, relation: string): boolean {
  const before = control.before.seen ? control.before.value : undefined;
  const start = stateAtStart(control, phase) ?? before;
  if (start === undefined || !isTable(start, relation)) return false;
  const isOld = before !== undefined && isTable(before, relation);
  return isOld || !start.ledgers.some((ledger) => ledger.relation === relation);
}

export function isTable(state: DatabaseState, relation: string): boolean {
  return state.schema.objects.some((object) => object.kind === 'table' && object.name === relation);
}
