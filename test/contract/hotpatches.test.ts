import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../shared/domain/report.ts';
import { rehearse } from '../support/cli.ts';
import { libraryApp, libraryBundle, twoApps, withPg } from '../support/contract-bundles.ts';
import { blockingChecks, type Rehearsed, rehearsed, summaryOf } from '../support/rehearsed.ts';
import { type Directory, writtenBundle } from '../support/vendor.ts';

const patched = '{ "disabled": ["reindex"] }\n';
const sha256 = createHash('sha256').update(patched).digest('hex');
const why = 'the reindex job was stopped by hand';
const app = libraryApp('SELECT count(*)::int AS books FROM books');

/** One that next carries, one that it has as it was before the patch, one that nobody can see on this host. */
const shelves = libraryBundle(
  {
    apps: { ...twoApps, next: { ...twoApps.next, image: 'registry/library:2' } },
    hotpatches: [
      { path: 'jobs.json', sha256, why },
      { path: 'config/jobs.json', sha256, why },
      { path: '/etc/library/jobs.json', sha256, why },
    ],
  },
  {
    'migrations/001_comment.sql': "COMMENT ON TABLE books IS 'lent';\n",
    'package.json': withPg,
    'previous/app.js': app,
    'next/app.js': app,
    'next/jobs.json': patched,
    'next/config/jobs.json': '{ "disabled": [] }\n',
  },
);

describe('hotpatches (CONTRACT 1)', () => {
  let bundle: Directory;
  let rehearsal: Rehearsed;
  beforeAll(async () => {
    bundle = await writtenBundle(shelves);
    rehearsal = await rehearsed(bundle.dir, ['--host', 'process', '--only', 'control']);
  });
  afterAll(async () => {
    await rehearsal?.[Symbol.asyncDispose]();
    await bundle?.[Symbol.asyncDispose]();
  });

  test('"files that production patched by hand and next must still carry, relative to its dir or absolute in its image"', () => {
    const { report } = rehearsal;
    expect(report.verdict, summaryOf(report)).toBe('fail');
    expect(blockingChecks(report)).toEqual(['missing-hotpatch']);
    const finding = report.findings.find(({ check }) => check === 'missing-hotpatch');
    const found = createHash('sha256').update('{ "disabled": [] }\n').digest('hex');
    expect(finding).toMatchObject({ app: 'next', file: 'next/config/jobs.json' });
    expect(finding?.evidence.hotpatches).toEqual([{ place: 'next/config/jobs.json', expected: sha256, found, why }]);
    const unseen = report.notTested.filter(({ what }) => what.includes('hot patch'));
    expect(unseen).toMatchObject([{ what: 'hot patch /etc/library/jobs.json' }]);
  });

  test('"rehearse judge": stored evidence tells the same without the files', async () => {
    const again = await rehearse(['judge', join(rehearsal.out, 'evidence.json'), '--format', 'json']);
    const { findings } = JSON.parse(again.stdout) as Report;
    const ofCheck = (all: Report['findings']) => all.filter(({ check }) => check === 'missing-hotpatch');
    expect(ofCheck(findings)).toEqual(ofCheck(rehearsal.report.findings));
  });
});
