import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkout } from '../support/cli.ts';
import { blockingChecks, rehearsed, summaryOf, weakOtherwise } from '../support/rehearsed.ts';
import { completedBundle } from '../support/vendor.ts';

const bundlesOf = (room: string) =>
  readdirSync(join(checkout, 'test', room), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join('test', room, entry.name));

/** These do next to nothing: traffic and locks have nothing to meet there. */
const quiet = new Set([
  'comments-only',
  'empty-migration',
  'ledger-row-only',
  'new-table',
  'no-op-rerun',
  'table-with-grant',
]);

describe('boring migrations pass, or people stop reading', () => {
  test.for(bundlesOf('boring'))('%s', (bundle) => passes(bundle));
});

async function passes(path: string): Promise<void> {
  const only = quiet.has(basename(path)) ? ['--only', 'control,interruption,compatibility'] : [];
  await using bundle = await completedBundle(path);
  await using rehearsal = await rehearsed(bundle.dir, ['--host', 'process', ...only], { complete: true });
  const { report, finished } = rehearsal;
  expect(blockingChecks(report), summaryOf(report)).toEqual([]);
  // What was left out proves nothing, and nothing else may be missing.
  const expected = only.length === 0 ? { verdict: 'pass', code: 0 } : { verdict: 'inconclusive', code: 3 };
  expect({ verdict: report.verdict, code: finished.code }, summaryOf(report)).toEqual(expected);
  if (only.length > 0) expect(weakOtherwise(report), summaryOf(report)).toEqual([]);
}
