import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkout } from '../support/cli.ts';
import { blockingChecks, rehearsed, summaryOf } from '../support/rehearsed.ts';
import { describeWith } from '../support/require.ts';
import { completedBundle } from '../support/vendor.ts';

const bundlesOf = (room: string) =>
  readdirSync(join(checkout, 'test', room), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join('test', room, entry.name));

describe('boring migrations pass, or people stop reading', () => {
  test.for(bundlesOf('boring'))('%s', (bundle) => passes(bundle, 'process'));
});

describe('a real migration tool is rehearsed as the command it is', () => {
  test.for(bundlesOf('tools'))('%s', (bundle) => passes(bundle, 'process'));
});

describeWith('docker', 'a real migration tool is rehearsed in an image', () => {
  test.for(bundlesOf('tools'))('%s', (bundle) => passes(bundle, 'docker'));
});

async function passes(path: string, host: string): Promise<void> {
  await using bundle = await completedBundle(path);
  await using rehearsal = await rehearsed(bundle.dir, ['--host', host]);
  const { report, finished } = rehearsal;
  expect(blockingChecks(report), summaryOf(report)).toEqual([]);
  expect({ verdict: report.verdict, code: finished.code }, summaryOf(report)).toEqual({ verdict: 'pass', code: 0 });
}
