import { lockModes } from '../domain/lock.ts';
import type { RunResult } from '../domain/observation.ts';
import type { TrafficTarget } from '../domain/run.ts';
import type { DatabaseState } from '../domain/schema.ts';
import { knownLocks } from './known-locks.ts';

/**
 * Where a phase locks no table that was there before, the traffic goes to so many of the largest: it must not suffer
 * either.
 */
const unlockedTargets = 3;

/** What the traffic of the loaded run writes and reads; the contended relations are those that a phase locks. */
export function loadTargets(
  control: RunResult,
  traced: RunResult | undefined,
): { readonly targets: readonly TrafficTarget[]; readonly contended: readonly string[] } {
  const locked = trafficTargets(control, traced);
  const contended = locked.map((target) => target.relation);
  return { targets: locked.length > 0 ? locked : largestTables(control), contended };
}

/** What the traffic of a steady state goes to: what the phases touch, and the largest tables, where production's work is. */
export function steadyTargets(control: RunResult, traced: RunResult | undefined): readonly TrafficTarget[] {
  const all = [...trafficTargets(control, traced), ...largestTables(control)];
  return all.filter(({ relation }, at) => all.findIndex((other) => other.relation === relation) === at);
}

function largestTables(control: RunResult): readonly TrafficTarget[] {
  if (!control.before.seen || !control.end.seen) return [];
  const before = control.before.value;
  const after = control.end.value;
  const ledgers = new Set([...before.ledgers, ...after.ledgers].map((ledger) => ledger.relation));
  return before.rowCounts
    .filter(
      ({ relation, rows }) =>
        rows > 0 && !ledgers.has(relation) && isTable(before, relation) && isTable(after, relation),
    )
    .toSorted((left, right) => right.rows - left.rows || (left.relation < right.relation ? -1 : 1))
    .slice(0, unlockedTargets)
    .map(({ relation }) => ({ relation, columns: sharedColumns(before, after, relation) }));
}

/** Tables that a phase locks against writers or writes itself, with the columns that exist before and after. */
export function trafficTargets(control: RunResult, traced: RunResult | undefined): readonly TrafficTarget[] {
  if (!control.before.seen || !control.end.seen) return [];
  const before = control.before.value;
  const after = control.end.value;
  const ledgers = new Set([...before.ledgers, ...after.ledgers].map((ledger) => ledger.relation));
  return lockedRelations(control, traced)
    .filter((relation) => !ledgers.has(relation) && isTable(before, relation) && isTable(after, relation))
    .map((relation) => ({ relation, columns: sharedColumns(before, after, relation) }));
}

function lockedRelations(control: RunResult, traced: RunResult | undefined): string[] {
  const relations = new Set<string>();
  for (const attempt of control.attempts) {
    for (const statement of attempt.statements) {
      for (const lock of knownLocks(attempt.phase, statement, traced)) {
        if (lockModes.indexOf(lock.mode) >= lockModes.indexOf('RowExclusiveLock')) relations.add(lock.relation);
      }
    }
  }
  return [...relations].sort();
}

export function isTable(state: DatabaseState, relation: string): boolean {
  return state.schema.objects.some((object) => object.kind === 'table' && object.name === relation);
}

function sharedColumns(before: DatabaseState, after: DatabaseState, relation: string): readonly string[] {
  const columnsOf = (state: DatabaseState) =>
    state.schema.objects
      .filter((object) => object.kind === 'column' && object.relation === relation)
      .map((object) => object.name.slice(relation.length + 1));
  const kept = new Set(columnsOf(after));
  return columnsOf(before).filter((column) => kept.has(column));
}
