import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../shared/domain/report.ts';
import { blockingChecks, rehearsed, summaryOf } from '../support/rehearsed.ts';
import { reportMismatches } from '../support/report-shape.ts';
import { describeWith } from '../support/require.ts';
import { completedBundle } from '../support/vendor.ts';

interface Expected {
  readonly unsafe: {
    readonly verdict: 'fail';
    readonly must: readonly string[];
    readonly may: readonly string[];
    readonly mustNot: readonly string[];
  };
  readonly safe: {
    readonly verdict: 'pass';
    readonly mustNot: readonly string[];
    readonly blocking: readonly string[];
  };
}

const slugs = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
/**
 * A whole rehearsal takes half a minute and more. Every incident's unsafe twin is rehearsed here; what the product was
 * made for also on the second host and in its variant. The soak takes every twin, variant and host.
 */
const wholly = new Set([
  'swallowed-lock-timeout',
  'oom-third-state',
  'rename-before-old-code-is-gone',
  'nullable-left-behind',
]);
/** Their cure is the point: it must not be red for what the migration meets on its way. */
const cured = new Set([
  ...wholly,
  'concurrent-index-waits-for-ever',
  'invalid-index-left-behind',
  'one-statement-backfill',
  'out-of-order-branch',
  'rename-cleanup-trigger-blocks-revert',
  'replica-cannot-follow',
  'two-migrators-at-once',
]);
/** What a standby sees goes another way on each host. */
const onDocker = new Set([...wholly, 'replica-cannot-follow']);
const curedOnDocker = new Set(['swallowed-lock-timeout']);
const pairs = slugs.flatMap((slug) => [
  { slug, pair: slug },
  { slug, pair: `${slug}/variant` },
]);
const unsafeHere = pairs.filter(({ slug, pair }) => pair === slug || wholly.has(slug));
const expectedOf = (slug: string): Expected =>
  JSON.parse(readFileSync(join(import.meta.dirname, slug, 'expected.json'), 'utf8'));

test('every incident has a story, both twins, both twins of a variant, and an expectation', () => {
  for (const { slug, pair } of pairs) {
    expect(readdirSync(join(import.meta.dirname, slug))).toEqual(expect.arrayContaining(['story.md', 'expected.json']));
    for (const twin of ['unsafe', 'safe']) {
      expect(readdirSync(join(import.meta.dirname, pair, twin))).toContain('rehearsal.yaml');
    }
  }
});

const which = (names: ReadonlySet<string>) => slugs.filter((slug) => names.has(slug));

describe('on the process host', () => {
  test.for(unsafeHere)('$pair: unsafe fails with what is expected', async ({ slug, pair }) => {
    await unsafeFails(slug, pair, 'process');
  });

  test.for(which(cured))('%s: safe passes', async (slug) => {
    await safePasses(slug, 'process');
  });
});

describeWith('docker', 'on the docker host', () => {
  test.for(which(onDocker))('%s: unsafe fails with what is expected', async (slug) => {
    await unsafeFails(slug, slug, 'docker');
  });

  test.for(which(curedOnDocker))('%s: safe passes', async (slug) => {
    await safePasses(slug, 'docker');
  });
});

async function unsafeFails(slug: string, pair: string, host: string): Promise<void> {
  const { unsafe } = expectedOf(slug);
  const { report, code } = await rehearse(join(pair, 'unsafe'), host);
  const found = blockingChecks(report);
  const differences = [
    ...unsafe.must.filter((check) => !found.includes(check)).map((check) => `${check} was not found`),
    ...found.filter((check) => unsafe.mustNot.includes(check)).map((check) => `${check} must not be found`),
    ...found
      .filter((check) => ![...unsafe.must, ...unsafe.may, ...unsafe.mustNot].includes(check))
      .map((check) => `${check} was not expected`),
  ];
  expect(differences, summaryOf(report)).toEqual([]);
  expect({ verdict: report.verdict, code }, summaryOf(report)).toEqual({ verdict: unsafe.verdict, code: 1 });
}

async function safePasses(slug: string, host: string): Promise<void> {
  const { safe } = expectedOf(slug);
  const { report, code } = await rehearse(join(slug, 'safe'), host);
  expect(blockingChecks(report), summaryOf(report)).toEqual(safe.blocking);
  const found = report.findings.map((finding) => finding.check);
  expect(
    safe.mustNot.filter((check) => found.includes(check)),
    summaryOf(report),
  ).toEqual([]);
  expect({ verdict: report.verdict, code }, summaryOf(report)).toEqual({ verdict: safe.verdict, code: 0 });
}

async function rehearse(path: string, host: string): Promise<{ report: Report; code: number | null }> {
  await using bundle = await completedBundle(join('test/incidents', path));
  await using rehearsal = await rehearsed(bundle.dir, ['--host', host]);
  expect(reportMismatches(rehearsal.report)).toEqual([]);
  expect(rehearsal.report.host.kind).toBe(host);
  return { report: rehearsal.report, code: rehearsal.finished.code };
}
