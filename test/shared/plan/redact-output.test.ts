import { expect, test } from 'vitest';
import { redactOutput, wordsOf } from '../../../shared/plan/redact-output.ts';

const words = wordsOf("throw new Error('no ticket for this visitor'); const ticketCount = 1;");
const redact = (line: string) => redactOutput(line, new Set(['alerts', 'seen_at']), words);

test.each([
  ['no ticket for visitor Zsuzsanna Quxbar', 'no ticket for visitor … …'],
  ['card 4111111111111111 of quux@example.org', '… … of …@….…'],
  ['column "seen_at" of relation "alerts" does not exist', 'column "seen_at" of relation "alerts" does not exist'],
  ['GET / 500 12ms app.js:10:5', 'GET / 500 12ms app.js:10:5'],
  ['error: 42703 after 1234 tries', 'error: 42703 after … …'],
  ['ticket count: TICKET', 'ticket count: TICKET'],
  ['ticket\0 count: \ud800', 'ticket\ufffd count: \ufffd'],
])('%s', (line, expected) => {
  expect(redact(line)).toBe(expected);
});

test.each([
  'm/1.sql:1: COPY … FROM stdin reads rows that only psql sends. Write them as INSERT, or give the phase a `command` that runs psql. Nothing of this file was sent.',
  'm/1.sql: the file ends inside of a transaction that it began; nothing of it was committed.',
  'ledger: versions are integers, and m/1.sql begins with no digits.',
  'applied m/1.sql',
])('what the built-in runner says can be read: %s', (line) => {
  expect(redactOutput(line, new Set(), wordsOf('m/1.sql'))).toBe(line);
});
