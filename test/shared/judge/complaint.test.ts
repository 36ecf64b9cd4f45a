import { expect, test } from 'vitest';
import { complaintIn } from '../../../shared/judge/derive/complaint.ts';

test.each([
  [['starting', 'the ledger has another digest'], 'the ledger has another digest'],
  [
    ['Error: out of order: 0003', '    at check (/app/migrate.js:7:9)', '    at main (/app/migrate.js:20:3)', '}'],
    'Error: out of order: 0003',
  ],
  [
    [
      'An error occurred when running migrations:',
      ' migration name is wrong.',
      '',
      'Your schema does not match',
      ' - ALTER TABLE x',
    ],
    'An error occurred when running migrations: migration name is wrong.',
  ],
  [
    [
      'Traceback (most recent call last):',
      '  File "migrate.py", line 3, in error',
      'RuntimeError: no',
      'alembic.util.exc.CommandError: failed',
    ],
    'alembic.util.exc.CommandError: failed',
  ],
  [['it failed for this reason:'], 'it failed for this reason:'],
])('of %j the line that says why is told', (tail, said) => {
  expect(complaintIn(tail)).toBe(said);
});

test('where nothing was written, nothing is told', () => {
  expect(complaintIn([])).toBeUndefined();
  expect(complaintIn([' ', ''])).toBeUndefined();
});
