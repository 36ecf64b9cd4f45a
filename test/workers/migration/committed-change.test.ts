import { expect, test } from 'vitest';
import type { TappedStatement } from '../../../shared/edge/ports/tap.ts';
import { type CommitClues, committedChange } from '../../../workers/migration/committed-change.ts';

const look = (nextXid: bigint) => ({ xid: null, nextXid, walBytes: 0n, waitsFor: [], locks: [], unseen: [] });

function changed(statement: Partial<TappedStatement>, clues: Partial<CommitClues> = {}): boolean {
  return committedChange(
    {
      ordinal: 1,
      session: 1,
      backendPid: 1,
      sql: '',
      statusBefore: 'I',
      lockTimeoutMs: null,
      statementTimeoutMs: null,
      sentAtMs: 0,
      finishedAtMs: 1,
      durationMs: 1,
      transaction: null,
      statusAfter: 'I',
      commandTag: 'ALTER TABLE',
      rows: 0,
      traced: false,
      ...statement,
    },
    { wrote: false, nextXid: 5n, earlier: look(5n), after: look(6n), isQuiet: true, ...clues },
  );
}

const inTransaction = { transaction: 1, statusBefore: 'T', commandTag: 'COMMIT' } as const;

test('in autocommit a statement that was given an id has committed a change', () => {
  expect(changed({})).toBe(true);
  expect(changed({}, { after: look(5n) })).toBe(false);
  expect(changed({ sqlstate: '42P07' })).toBe(false);
  expect(changed({ statusAfter: null })).toBe(false);
});

test('a function that writes is a change in a quiet run; while others write, a SELECT is none', () => {
  expect(changed({ commandTag: 'SELECT' })).toBe(true);
  expect(changed({ commandTag: 'SELECT' }, { isQuiet: false })).toBe(false);
  expect(changed({ commandTag: 'DO' }, { isQuiet: false })).toBe(true);
});

test('a transaction that wrote changes something when it is committed, not before and not when rolled back', () => {
  expect(changed(inTransaction, { wrote: true })).toBe(true);
  expect(changed({ ...inTransaction, commandTag: 'INSERT', statusAfter: 'T' }, { wrote: true })).toBe(false);
  expect(changed({ ...inTransaction, commandTag: 'ROLLBACK' }, { wrote: true })).toBe(false);
  expect(changed({ ...inTransaction, statusAfter: 'T' }, { wrote: true })).toBe(true);
});

test('a transaction whose first write came in the message that ended it is a change too', () => {
  expect(changed(inTransaction)).toBe(true);
  expect(changed(inTransaction, { after: look(5n) })).toBe(false);
  expect(changed(inTransaction, { isQuiet: false })).toBe(false);
});
