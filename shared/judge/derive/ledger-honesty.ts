import type { DatabaseState, SchemaObject } from '../../domain/schema.ts';
import { changedAttributes, objectKey } from '../schema-difference.ts';
import type { ExpectedEnd, PathState } from './expected-end.ts';
import { apartFromLedgers, ledgerEntries, ledgerText } from './same-state.ts';

/** What a ledger says against what is there. Objects are told as `column public.alerts.seen_at`. */
export interface Honesty {
  /** `relation version` of entries that are marked unfinished. */
  readonly dirty: readonly string[];
  /** Recorded as applied, and not there as the quiet run left it. */
  readonly lacking: readonly string[];
  /** There, and recorded by nobody. */
  readonly unrecorded: readonly string[];
}

/**
 * Folds the changes of every recorded migration over the state before the first, and compares. Migrations are the
 * steps between clean states of the quiet run; which of them are recorded is read from the ledger's entries.
 */
export function honestyOf(expected: ExpectedEnd | null, state: DatabaseState): Honesty {
  const dirty = state.ledgers.flatMap(({ relation, entries }) =>
    entries.filter((entry) => entry.dirty).map((entry) => `${relation} ${entry.version}`),
  );
  const silent = { dirty, lacking: [], unrecorded: [] };
  const first = expected?.path[0];
  if (expected === null || first === undefined || first.point.kind !== 'before') return silent;
  const all = stepsOf(expected.path);
  const steps = all.filter((step) => step.added.length > 0);
  const recorded = recordedSteps(expected.path, steps, state);
  if (recorded === null) return silent;
  const there = objectsOf(state, first.state);
  const lacking = new Set<string>();
  const unrecorded = new Set<string>();
  for (const key of keysOf(steps)) {
    const wanted = steps.findLast((step, at) => recorded.has(at) && step.changes.has(key));
    if (isUnledgered(all, wanted, key, there.get(key))) continue;
    const should = wanted === undefined ? objectsOf(first.state, state).get(key) : wanted.changes.get(key);
    const is = there.get(key);
    if (same(is, should)) continue;
    const ahead = steps.some(
      (step, at) => !recorded.has(at) && step.inside.some((objects) => same(is, objects.get(key))),
    );
    if (wanted !== undefined && !(ahead && isAhead(steps, recorded, key))) lacking.add(key);
    else if (ahead) unrecorded.add(key);
  }
  return { dirty, lacking: [...lacking].sort(), unrecorded: [...unrecorded].sort() };
}

/** A later phase without a ledger made it so on the quiet run too, and no ledger can tell whether that phase ran. */
function isUnledgered(all: readonly Step[], wanted: Step | undefined, key: string, is: SchemaObject | undefined) {
  const later = wanted === undefined ? all : all.slice(all.indexOf(wanted) + 1);
  return later.some(
    (step) =>
      step.added.length === 0 && step.changes.has(key) && step.inside.some((objects) => same(is, objects.get(key))),
  );
}

/** From a clean state to the next; a migration where the ledger has changed. */
interface Step {
  readonly added: readonly string[];
  /** Ledger as text after it. */
  readonly ledger: string;
  /** Objects that it makes, changes or (undefined) removes. */
  readonly changes: ReadonlyMap<string, SchemaObject | undefined>;
  /** Every state from its beginning to its end, the beginning left out. */
  readonly inside: readonly ReadonlyMap<string, SchemaObject>[];
}

function stepsOf(path: readonly PathState[]): readonly Step[] {
  const steps: Step[] = [];
  let from = 0;
  for (let at = 1; at < path.length; at += 1) {
    const start = path[from];
    const end = path[at];
    if (start === undefined || end === undefined || !end.clean) continue;
    const known = new Set(ledgerEntries(start.state));
    const added = ledgerEntries(end.state).filter((entry) => !known.has(entry));
    const states = path.slice(from + 1, at + 1).map((place) => objectsOf(place.state, end.state));
    const changes = changesBetween(objectsOf(start.state, end.state), objectsOf(end.state, start.state));
    steps.push({ added, ledger: ledgerText(end.state), changes, inside: states });
    from = at;
  }
  return steps;
}

/** By equal ledgers where the quiet run had that very one, else by entries; null: this ledger tells nothing we know. */
function recordedSteps(path: readonly PathState[], steps: readonly Step[], state: DatabaseState): Set<number> | null {
  const text = ledgerText(state);
  const upTo = steps.findLastIndex((step) => step.ledger === text);
  if (upTo >= 0) return new Set(steps.keys().filter((at) => at <= upTo));
  const start = path[0];
  if (start !== undefined && ledgerText(start.state) === text) return new Set();
  const accumulating = path.every((place, at) => {
    const earlier = path[at - 1];
    const now = new Set(ledgerEntries(place.state));
    return earlier === undefined || ledgerEntries(earlier.state).every((entry) => now.has(entry));
  });
  if (!accumulating) return null;
  const entries = new Set(ledgerEntries(state));
  return new Set(steps.keys().filter((at) => steps[at]?.added.every((entry) => entries.has(entry)) ?? false));
}

/** Only steps that come after every recorded one can explain an object as done too early. */
function isAhead(steps: readonly Step[], recorded: ReadonlySet<number>, key: string): boolean {
  const lastRecorded = steps.findLastIndex((step, at) => recorded.has(at) && step.changes.has(key));
  return steps.some((step, at) => at > lastRecorded && !recorded.has(at) && step.changes.has(key));
}

function changesBetween(
  from: ReadonlyMap<string, SchemaObject>,
  to: ReadonlyMap<string, SchemaObject>,
): ReadonlyMap<string, SchemaObject | undefined> {
  const keys = new Set([...from.keys(), ...to.keys()]);
  const changed = [...keys].filter((key) => !same(from.get(key), to.get(key)));
  return new Map(changed.map((key) => [key, to.get(key)]));
}

/** Objects apart from ledgers, by kind and name. */
function objectsOf(state: DatabaseState, other: DatabaseState): ReadonlyMap<string, SchemaObject> {
  return new Map(apartFromLedgers(state, other)[0].objects.map((object) => [objectKey(object), object]));
}

const keysOf = (steps: readonly Step[]): readonly string[] => [
  ...new Set(steps.flatMap((step) => [...step.changes.keys()])),
];

/** A column's position follows from its neighbours and says nothing about its own migration. */
function same(left: SchemaObject | undefined, right: SchemaObject | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return changedAttributes(left, right).every((name) => name === 'position');
}
