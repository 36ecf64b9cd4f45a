import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkout } from '../support/cli.ts';
import { blockingChecks, rehearsed, summaryOf } from '../support/rehearsed.ts';
import { reportMismatches } from '../support/report-shape.ts';
import { describeWith } from '../support/require.ts';
import { completedBundle } from '../support/vendor.ts';

interface Expected {
  readonly unsafe: { readonly must: readonly string[]; readonly may: readonly string[] };
  readonly safe: { readonly mustNot: readonly string[] };
}

const tools = readdirSync(join(checkout, 'test/tools'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const expectedOf = (tool: string): Expected =>
  JSON.parse(readFileSync(join(checkout, 'test/tools', tool, 'expected.json'), 'utf8'));

describe('a migration tool is rehearsed as the command that it is', () => {
  test.for(tools)('%s: what is done right passes', (tool) => safePasses(tool, 'process'));
  test.for(tools)('%s: what breaks the previous version fails', (tool) => unsafeFails(tool, 'process'));
});

describeWith('docker', 'a migration tool is rehearsed in the stock node image', () => {
  test.for(tools)('%s: what is done right passes', (tool) => safePasses(tool, 'docker'));
  test.for(tools)('%s: what breaks the previous version fails', (tool) => unsafeFails(tool, 'docker'));
});

async function safePasses(tool: string, host: string): Promise<void> {
  const { report, code } = await rehearse(join(tool, 'safe'), host);
  const { mustNot } = expectedOf(tool).safe;
  expect(blockingChecks(report), summaryOf(report)).toEqual([]);
  expect(report.findings.map(({ check }) => check).filter((check) => mustNot.includes(check))).toEqual([]);
  expect({ verdict: report.verdict, code }, summaryOf(report)).toEqual({ verdict: 'pass', code: 0 });
  expect(statementsOf(report), summaryOf(report)).toContainEqual(expect.stringMatching(/INSERT INTO .*pgmigrations/));
}

async function unsafeFails(tool: string, host: string): Promise<void> {
  const { report, code } = await rehearse(join(tool, 'unsafe'), host);
  const { must, may } = expectedOf(tool).unsafe;
  const found = blockingChecks(report);
  expect(found, summaryOf(report)).toEqual(expect.arrayContaining([...must]));
  expect(
    found.filter((check) => ![...must, ...may].includes(check)),
    summaryOf(report),
  ).toEqual([]);
  expect({ verdict: report.verdict, code }, summaryOf(report)).toEqual({ verdict: 'fail', code: 1 });
}

async function rehearse(path: string, host: string) {
  await using bundle = await completedBundle(join('test/tools', path));
  await using rehearsal = await rehearsed(bundle.dir, ['--host', host]);
  expect(reportMismatches(rehearsal.report)).toEqual([]);
  expect(rehearsal.report.host.kind).toBe(host);
  return { report: rehearsal.report, code: rehearsal.finished.code };
}

/** What the tool itself sent on the quiet run, its own ledger row included. */
function statementsOf({ runs }: Awaited<ReturnType<typeof rehearse>>['report']): readonly string[] {
  const control = runs.find(({ id }) => id === 'control');
  return (control?.migration ?? []).flatMap(({ statements }) => statements.map(({ sql }) => sql));
}
