import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkout } from '../support/cli.ts';
import { blockingChecks, summaryOf, weakOtherwise } from '../support/rehearsed.ts';
import { describeWith } from '../support/require.ts';
import { type Application, type Edit, handIn, type Judged, type Overlap, type Parts } from './application.ts';

const quiet = 'control,compatibility';
const packages = 'test/applications/packages';

const rehearsed = (name: string, parts: Parts) => {
  let application: Application;
  beforeAll(async () => {
    application = await handIn(name, parts);
  });
  afterAll(() => application?.[Symbol.asyncDispose]());
  return { judged: (overlap: Overlap, edit?: Edit) => application.judged(overlap, quiet, edit) };
};

/** Inconclusive is the best that a rehearsal without load can say. */
function nothingIsWrong({ report, code }: Judged): void {
  expect({ found: blockingChecks(report), weak: weakOtherwise(report), code }, summaryOf(report)).toEqual({
    found: [],
    weak: [],
    code: 3,
  });
}

function isRed({ report, code }: Judged, found: readonly string[]): void {
  expect({ found: blockingChecks(report), code }, summaryOf(report)).toEqual({ found, code: 1 });
}

test.each([
  ['job-queue', 'test/tools/packages', 'test/tools/packages', 'graphile-worker'],
  ['feature-flags', `${packages}/feature-flags`, `${packages}/feature-flags`, 'unleash'],
  ['shop', `${packages}/shop`, `${packages}/shop`, 'vendure'],
])('%s: its manifest names the very versions that are installed for it', async (name, older, newer, library) => {
  const { previous, version } = parse(
    await readFile(join(checkout, `test/applications/${name}/rehearsal.yaml`), 'utf8'),
  );
  expect(await versionIn(older, library, 'previous')).toBe(previous);
  expect(await versionIn(newer, library, 'next')).toBe(version);
});

/** Two versions lie side by side under names of their own, or in two directories. */
async function versionIn(directory: string, library: string, which: string): Promise<string | undefined> {
  const { dependencies } = JSON.parse(await readFile(join(checkout, directory, 'package.json'), 'utf8'));
  return (dependencies[`${library}-${which}`] ?? dependencies[library]).split('@').at(-1);
}

describeWith('clients', 'a library that owns tables goes from one published version to another', () => {
  const { judged } = rehearsed('job-queue', {
    '.': { source: 'test/applications/job-queue', packages: 'test/tools/packages' },
  });

  test('rolling: the background process of the older one ends, and its queries name tables that are gone', async () => {
    const seen = await judged('rolling');
    isRed(seen, ['broken-previous-version', 'broken-query']);
    const broken = seen.report.findings.find(({ check }) => check === 'broken-previous-version');
    expect(broken?.summary).toContain('background process “mails” ended by itself');
    const query = seen.report.findings.find(({ check }) => check === 'broken-query');
    expect(query?.remedy.sql).toContain(
      'CREATE VIEW graphile_worker.known_crontabs AS SELECT * FROM graphile_worker._private_known_crontabs;',
    );
    expect(seen.report.compatibility.order?.safe).toEqual(['stop-the-world']);
  });

  test('stop-the-world: nothing is wrong with it', async () => nothingIsWrong(await judged('stop-the-world')));
});

describeWith('applications', 'a server with a page goes from one published version to another', () => {
  const { judged } = rehearsed('feature-flags', {
    '.': { source: 'test/applications/feature-flags', packages: `${packages}/feature-flags` },
  });

  test('rolling: it only adds, widens and makes a view again, so the older one works on every state', async () => {
    nothingIsWrong(await judged('rolling'));
  });
});

describeWith('applications', 'an application on an ORM goes from one published version to another', () => {
  const { judged } = rehearsed('shop', {
    '.': { source: 'test/applications/shop', packages: `${packages}/shop` },
  });
  const asGenerated: Edit = (manifest) => manifest.replace('with-its-rows.js', 'as-generated.js');

  test('rolling: the queries of the older one name columns that go', async () => {
    isRed(await judged('rolling'), ['broken-previous-version', 'broken-query']);
  });

  test('stop-the-world, as the ORM generated it: it succeeds, and what the columns held is gone', async () => {
    isRed(await judged('stop-the-world', asGenerated), ['broken-next-version']);
  });

  test('stop-the-world, with what the library has for it: nothing is wrong with it', async () => {
    nothingIsWrong(await judged('stop-the-world'));
  });
});
