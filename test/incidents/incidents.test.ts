import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../shared/domain/report.ts';
import type { Scenario } from '../../shared/domain/run.ts';
import { blockingChecks, rehearsed, summaryOf, weakOtherwise } from '../support/rehearsed.ts';
import { reportMismatches } from '../support/report-shape.ts';
import { describeWith } from '../support/require.ts';
import { completedBundle } from '../support/vendor.ts';

interface Expected {
  /** Scenarios in which the unsafe twin shows what it must. */
  readonly shows: readonly Scenario[];
  readonly unsafe: {
    readonly verdict: 'fail';
    readonly must: readonly string[];
    /** Found besides, and no reason to stop a deploy by itself. */
    readonly mustWarn?: readonly string[];
    readonly may: readonly string[];
    readonly mustNot: readonly string[];
    /** Where the matrix is the point: every gating cell that fails, and no other, as `previous running: after PHASE`. */
    readonly breaks?: readonly string[];
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
/** What the product was made for: their cures pass. */
const seeds = new Set([
  'swallowed-lock-timeout',
  'oom-third-state',
  'rename-before-old-code-is-gone',
  'nullable-left-behind',
]);
/** Their cure is the point: it must not be red for what the migration meets on its way. */
const cured = new Set([
  ...seeds,
  'changed-payload-type',
  'concurrent-index-waits-for-ever',
  'duplicates-only-in-production',
  'events-lock-timeouts-after-boot',
  'invalid-index-left-behind',
  'new-enum-value-old-reader',
  'one-statement-backfill',
  'out-of-order-branch',
  'rename-cleanup-trigger-blocks-revert',
  'replica-cannot-follow',
  'stale-class-name',
  'statement-timeout-in-backfill',
  'trigger-blocks-the-alter',
  'two-migrators-at-once',
  'widened-varchar',
]);
/** What goes another way in containers: how memory is limited, commands end, versions start and a standby follows. */
const onDocker = new Set([
  'swallowed-lock-timeout',
  'oom-third-state',
  'rename-before-old-code-is-gone',
  'replica-cannot-follow',
]);
const pairs = slugs.flatMap((slug) => [
  { slug, pair: slug },
  { slug, pair: `${slug}/variant` },
]);
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
  test.for(slugs)('%s: unsafe fails with what is expected', async (slug) => {
    await unsafeFails(slug, 'process');
  });

  test.for(which(cured))('%s: safe has nothing that blocks', async (slug) => {
    await safePasses(slug);
  });
});

describeWith('docker', 'on the docker host', () => {
  test.for(which(onDocker))('%s: unsafe fails with what is expected', async (slug) => {
    await unsafeFails(slug, 'docker');
  });
});

interface How {
  readonly host: 'process' | 'docker';
  /** Only then it may pass: what was left out proves nothing. */
  readonly whole: boolean;
}

/** In the scenarios in which it shows, which takes a third of the time; the soak rehearses every twin and variant whole. */
async function unsafeFails(slug: string, host: How['host']): Promise<void> {
  const { unsafe, shows } = expectedOf(slug);
  const { report, code } = await rehearse(join(slug, 'unsafe'), shows, { host, whole: false });
  const found = blockingChecks(report);
  const warned = report.findings.flatMap(({ check, severity }) => (severity === 'warns' ? [check] : []));
  const missed = [
    ...unsafe.must.filter((check) => !found.includes(check)),
    ...(unsafe.mustWarn ?? []).filter((check) => !warned.includes(check)),
  ];
  const differences = [
    ...missed.map((check) => `${check} was not found`),
    ...found.filter((check) => unsafe.mustNot.includes(check)).map((check) => `${check} must not be found`),
    ...found
      .filter((check) => ![...unsafe.must, ...unsafe.may, ...unsafe.mustNot].includes(check))
      .map((check) => `${check} was not expected`),
  ];
  expect(differences, summaryOf(report)).toEqual([]);
  expect({ verdict: report.verdict, code }, summaryOf(report)).toEqual({ verdict: unsafe.verdict, code: 1 });
  const broken = report.compatibility.cells.filter(({ gates, outcome }) => gates && outcome === 'fail');
  const breaks = broken.map(({ app, boot, state }) => `${app} ${boot}: ${state}`).sort();
  expect(unsafe.breaks ?? breaks, summaryOf(report)).toEqual(breaks);
}

async function safePasses(slug: string): Promise<void> {
  const { safe, shows } = expectedOf(slug);
  const how: How = { host: 'process', whole: seeds.has(slug) };
  const { report, code } = await rehearse(join(slug, 'safe'), shows, how);
  expect(blockingChecks(report), summaryOf(report)).toEqual(safe.blocking);
  const found = report.findings.map((finding) => finding.check);
  expect(
    safe.mustNot.filter((check) => found.includes(check)),
    summaryOf(report),
  ).toEqual([]);
  // What was left out proves nothing, and nothing else may be missing.
  const expected = how.whole ? { verdict: safe.verdict, code: 0 } : { verdict: 'inconclusive', code: 3 };
  expect({ verdict: report.verdict, code }, summaryOf(report)).toEqual(expected);
  expect(how.whole ? [] : weakOtherwise(report), summaryOf(report)).toEqual([]);
}

async function rehearse(
  path: string,
  shows: readonly Scenario[],
  { host, whole }: How,
): Promise<{ report: Report; code: number | null }> {
  await using bundle = await completedBundle(join('test/incidents', path));
  const only = whole ? [] : ['--only', shows.join(',')];
  await using rehearsal = await rehearsed(bundle.dir, ['--host', host, ...only], { complete: true });
  expect(reportMismatches(rehearsal.report)).toEqual([]);
  expect(rehearsal.report.host.kind).toBe(host);
  return { report: rehearsal.report, code: rehearsal.finished.code };
}
