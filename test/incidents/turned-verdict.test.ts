import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blockingChecks, rehearsed, summaryOf } from '../support/rehearsed.ts';
import { completedBundle } from '../support/vendor.ts';

/** The twin of the example that passes; that it does is shown with the other incidents. */
const example = 'test/incidents/swallowed-lock-timeout/safe';

test('one column name, changed in the next version alone, turns the verdict of the example', async () => {
  await using bundle = await completedBundle(example);
  const file = join(bundle.dir, 'next', 'app.js');
  const source = await readFile(file, 'utf8');
  expect(source).toContain('acknowledged_by');
  await writeFile(file, source.replaceAll('acknowledged_by', 'confirmed_by'));
  await using rehearsal = await rehearsed(bundle.dir, ['--host', 'process']);
  const { report, finished } = rehearsal;
  expect(blockingChecks(report), summaryOf(report)).toContain('broken-next-version');
  expect({ verdict: report.verdict, code: finished.code }, summaryOf(report)).toEqual({ verdict: 'fail', code: 1 });
});
