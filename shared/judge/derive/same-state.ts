import type { DatabaseState, Ledger, SchemaModel, SchemaObject } from '../../domain/schema.ts';
import { changedAttributes } from '../schema-difference.ts';

/** Equal schema and equal ledger entries; rows do not count, nor that an empty ledger table was already made. */
export function sameState(left: DatabaseState, right: DatabaseState): boolean {
  return sameLedger(left, right) && sameSchema(left, right);
}

export function sameSchema(left: DatabaseState, right: DatabaseState): boolean {
  const [mine, theirs] = apartFromLedgers(left, right);
  if (mine.objects.length !== theirs.objects.length) return false;
  return mine.objects.every((object, index) => {
    const other = theirs.objects[index];
    return other !== undefined && other.kind === object.kind && other.name === object.name && sameObject(object, other);
  });
}

const sameObject = (left: SchemaObject, right: SchemaObject): boolean => changedAttributes(left, right).length === 0;

/** Both schemas without the tables in which tools keep their books: those are compared as ledgers. */
export function apartFromLedgers(left: DatabaseState, right: DatabaseState): readonly [SchemaModel, SchemaModel] {
  const books = new Set([...left.ledgers, ...right.ledgers].flatMap(bookTables));
  const keep = (state: DatabaseState): SchemaModel => ({
    objects: state.schema.objects.filter((object) => !books.has(object.relation ?? object.name)),
  });
  return [keep(left), keep(right)];
}

/** A ledger and what tools put beside it for themselves: a lock table, their own settings. */
export function bookTables({ relation }: Ledger): readonly string[] {
  const schema = relation.slice(0, relation.indexOf('.') + 1);
  return [relation, `${relation}_lock`, `${relation}lock`, `${schema}ar_internal_metadata`];
}

/** Entries of all ledgers; a ledger that is not there and one that is empty say the same. */
export function sameLedger(left: DatabaseState, right: DatabaseState): boolean {
  return ledgerText(left) === ledgerText(right);
}

export const ledgerText = (state: DatabaseState): string => JSON.stringify(ledgerEntries(state));

/** `relation version` of every entry, sorted; `!` marks a dirty one. */
export function ledgerEntries(state: DatabaseState): readonly string[] {
  return state.ledgers
    .flatMap(({ relation, entries }) =>
      entries.map(({ version, dirty }) => `${relation} ${version}${dirty ? ' !' : ''}`),
    )
    .sort();
}

/** Row counts of the tables that were counted both times, ledgers apart: those are compared entry by entry. */
export function sameRowCounts(left: DatabaseState, right: DatabaseState): boolean {
  const others = new Map(right.rowCounts.map(({ relation, rows }) => [relation, rows]));
  for (const { relation } of [...left.ledgers, ...right.ledgers]) others.delete(relation);
  return left.rowCounts.every(({ relation, rows }) => (others.get(relation) ?? rows) === rows);
}
