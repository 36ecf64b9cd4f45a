import { expect, test } from 'vitest';
import { errorLines } from '../../../workers/migration/error-lines.ts';

test.each([
  'ERROR:  relation "books" does not exist',
  'psql:migrations/1.sql:3: ERROR:  canceling statement due to lock timeout',
  '2026-01-01 12:00:00,000 ERROR migrate - the lock was not to be had',
  'E, [2026-01-01T12:00:00 #7] ERROR -- : PG::LockNotAvailable',
  '[FATAL] gave up',
  '{"level":50,"msg":"gave up"}',
  '{"severity":"ERROR","message":"gave up"}',
  'time=12:00 level=error msg="gave up"',
  'LockNotAvailableError: canceling statement',
  'error: canceling statement due to lock timeout',
])('an error by its own words: %s', (line) => {
  expect(errorLines(`starting\n${line}\ndone`)).toEqual([line]);
});

test.each([
  '0 errors, 3 migrations',
  'INFO creating table error_log',
  '{"level":30,"msg":"ERROR is a word here"}',
  '{ not json ERROR',
  'no Error: here',
  'NOTICE:  column "error" exists, skipping',
])('no error: %s', (line) => {
  expect(errorLines(line)).toEqual([]);
});

test('of many only the first are kept', () => {
  expect(errorLines('ERROR: no\n'.repeat(100))).toHaveLength(5);
});
