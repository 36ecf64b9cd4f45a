import { expect, test } from 'vitest';
import { matchSource } from '../../../workers/migration/match-source.ts';

test('equal statements of two files are told apart by their order, each used once', () => {
  const place = matchSource(
    [
      { file: 'a.sql', line: 3, sql: 'SELECT 1' },
      { file: 'b.sql', line: 7, sql: 'SELECT 1' },
    ],
    [],
  );
  expect(place('SELECT 1;')).toEqual({ file: 'a.sql', line: 3 });
  expect(place(' SELECT 1 ')).toEqual({ file: 'b.sql', line: 7 });
  expect(place('SELECT 1')).toEqual({});
});

test('only files of the phase are looked at', () => {
  const place = matchSource([{ file: 'other.sql', line: 1, sql: 'SELECT 1' }], ['mine.sql']);
  expect(place('SELECT 1')).toEqual({});
});
