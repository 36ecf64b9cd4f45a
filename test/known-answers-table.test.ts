import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCases } from './known-answers/known-case.ts';
import { asTable } from './known-answers/table.ts';

/** Stale: `npx vitest run --project unit test/known-answers-table.test.ts -u` writes it. */
test('the table of known answers says what the suite has', async () => {
  const table = asTable(readCases(join(import.meta.dirname, 'known-answers')));
  await expect(table).toMatchFileSnapshot('../infra/docs/known-answers.md');
});
