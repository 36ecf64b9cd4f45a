import type { NotTested } from '../domain/bundle.ts';
import { blocksWriters, lockModes } from '../domain/lock.ts';
import type { RunResult } from '../domain/observation.ts';
import type { TrafficTarget } from '../domain/run.ts';
import type { DatabaseState } from '../domain/schema.ts';
import { knownLocks } from './known-locks.ts';
import { lockRequests } from './lock-requests.ts';
import { isTable } from './reached-states.ts';

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
  const locked = lockedTargets(control, traced);
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

/** Where traffic meets what a phase locks. */
export const lockedTargets = (control: RunResult, traced: RunResult | undefined): readonly TrafficTarget[] => [
  ...trafficTargets(control, traced),
  ...viewTargets(control, traced),
];

/** Tables that a phase locks and in whose place it leaves a view: whoever reads them goes on under the same name. */
function viewTargets(control: RunResult, traced: RunResult | undefined): readonly TrafficTarget[] {
  if (!control.before.seen || !control.end.seen) return [];
  const before = control.before.value;
  const after = control.end.value;
  return lockedRelations(control, traced)
    .filter((relation) => isTable(before, relation) && isView(after, relation))
    .map((relation) => ({ relation, columns: sharedColumns(before, after, relation), onlyRead: true }));
}

/** Tables that stand still for a phase, and for nobody but the migration: no statement means the same before and after. */
export function withoutTraffic(
  control: RunResult,
  traced: RunResult | undefined,
  targets: readonly TrafficTarget[],
): readonly NotTested[] {
  const reached = new Set(targets.map(({ relation }) => relation));
  const missed = lockRequests(control, traced).filter(
    ({ relation, mode }) => blocksWriters(mode) && !reached.has(relation) && !isLedger(control, relation),
  );
  const told = missed.map(({ phase, relation }) => ({
    what: `traffic on ${relation} while ${phase} locks it`,
    because:
      control.before.seen && isTable(control.before.value, relation)
        ? 'it is not there under this name after the last phase'
        : 'it is not there before the first phase',
  }));
  return told.filter(({ what }, at) => told.findIndex((other) => other.what === what) === at);
}

const isLedger = ({ before, end }: RunResult, relation: string): boolean =>
  [before, end].some((state) => state.seen && state.value.ledgers.some((ledger) => ledger.relation === relation));

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

const isView = (state: DatabaseState, relation: string): boolean =>
  state.schema.objects.some((object) => object.kind === 'view' && object.name === relation);

function sharedColumns(before: DatabaseState, after: DatabaseState, relation: string): readonly string[] {
  const columnsOf = (state: DatabaseState) =>
    state.schema.objects
      .filter((object) => object.kind === 'column' && object.relation === relation)
      .map((object) => object.name.slice(relation.length + 1));
  const kept = new Set(columnsOf(after));
  return columnsOf(before).filter((column) => kept.has(column));
}
