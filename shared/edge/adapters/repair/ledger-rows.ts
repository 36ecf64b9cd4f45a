import type { DatabaseState, Ledger, LedgerEntry } from '../../../domain/schema.ts';
import { qualified } from '../../../judge/closing-sql.ts';

/**
 * Rows that a ledger lacks, has too many, or has as dirty. Only books whose rows are a version and nothing that
 * somebody else has to know; a guess that is wrong does not survive being tried.
 */
export function closeLedgers(expected: DatabaseState, actual: DatabaseState): readonly string[] {
  return expected.ledgers.flatMap((wanted) => {
    const there = actual.ledgers.find(({ relation }) => relation === wanted.relation);
    return there === undefined ? [] : closeLedger(wanted, there);
  });
}

function closeLedger(wanted: Ledger, there: Ledger): readonly string[] {
  const table = qualified(wanted.relation);
  if (wanted.tool === 'golang-migrate') {
    const [row] = wanted.entries;
    if (row === undefined || same(wanted, there)) return [];
    const values = `${text(row.version)}, ${row.dirty}`;
    return there.entries.length === 0
      ? [`INSERT INTO ${table} (version, dirty) VALUES (${values});`]
      : [`UPDATE ${table} SET version = ${text(row.version)}, dirty = ${row.dirty};`];
  }
  const missing = wanted.entries.filter((entry) => !has(there, entry));
  const extra = there.entries.filter((entry) => !has(wanted, entry));
  return [
    ...extra.map(({ version }) => `DELETE FROM ${table} WHERE version = ${text(version)};`),
    ...missing.map(({ version }) => `INSERT INTO ${table} (version) VALUES (${text(version)});`),
  ];
}

const has = ({ entries }: Ledger, entry: LedgerEntry): boolean =>
  entries.some(({ version, dirty }) => version === entry.version && dirty === entry.dirty);

const same = (left: Ledger, right: Ledger): boolean => JSON.stringify(left.entries) === JSON.stringify(right.entries);

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
