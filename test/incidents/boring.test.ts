import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkout } from '../support/cli.ts';
import { blockingChecks, rehearsed, summaryOf } from '../support/rehearsed.ts';
import { completedBundle } from '../support/vendor.ts';

const bundlesOf = (room: string) =>
  readdirSync(join(checkout, 'test', room), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join('test', room, entry.name));

describe('boring migrations pass, or people stop reading', () => {
  test.for(bundlesOf('boring'))('%s', (bundle) => passes(bundle));
});

async function passes(path: string): Promise<void> {
  await using bundle = await completedBundle(path);
  await using rehearsal = await rehearsed(bundle.dir, ['--host', 'process']);
  const { report, finished } = rehearsal;
  expect(blockingChecks(report), summaryOf(report)).toEqual([]);
  expect({ verdict: report.verdict, code: finished.code }, summaryOf(report)).toEqual({ verdict: 'pass', code: 0 });
}
