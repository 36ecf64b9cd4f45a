import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { libraryApp, libraryBundle, twoApps, withPg } from '../../support/contract-bundles.ts';
import { openScenarioLab, type ScenarioLab } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

/** Reads where it is told to read. */
const reader = (query: string) =>
  libraryApp(query).replace('process.env.DATABASE_URL', 'process.env.READ_DATABASE_URL');

const library = (migration: string, manifest: Readonly<Record<string, unknown>>, app: string) =>
  libraryBundle(
    {
      apps: twoApps,
      // Nothing commits by itself, so that no traced run is needed.
      migrate: [{ name: 'pre-deploy', sql: ['migrations/*.sql'], ledger: 'none' }],
      ...(manifest.apps === 'none' ? {} : { probes: [{ name: 'a title', request: { path: '/' } }] }),
      ...manifest,
    },
    { 'package.json': withPg, 'previous/app.js': app, 'next/app.js': app, 'migrations/001.sql': migration },
  );

/** Somebody promises how late a standby may be. */
const named = { budgets: { replicaLag: '4s' } };

/** The quiet run, and what is aimed by it. */
async function followed(files: ReturnType<typeof library>): Promise<RunResult> {
  const bundle = await lab.bundle(files);
  return await bundle.planned('standby', [await bundle.control()]);
}

/** How often a busy machine comes to look is no matter here. */
const patient = { budgets: { blocked: '20s' } };

const shelf = 'ALTER TABLE books ADD COLUMN shelf text;\n';
const titles = 'SELECT title FROM books LIMIT 1';

describe('a standby', () => {
  test('follows to the same end; a long read there holds the replay up and is left alone', async () => {
    const { standby, weaknesses } = await followed(library(shelf, patient, reader(titles)));
    expect(weaknesses).toEqual([]);
    expect(standby).toMatchObject({
      followed: { inRecovery: true, state: 'streaming' },
      cancelledQueries: 0,
      longRead: { relation: 'public.books', cancelled: false },
      end: { replayed: true },
      sameSchema: { seen: true, value: true },
      unreadable: [],
    });
    expect(standby?.replayBlockedMs).toBeGreaterThan(0);
    expect(standby?.lagBytesMax).toBeGreaterThan(0);
    // What production writes meanwhile comes to the standby too, behind what waits there.
    expect(standby?.traffic?.transactions).toBeGreaterThan(0);
    expect(standby?.reads.done).toBe(standby?.reads.planned);
    expect(standby?.apps.map(({ app, statements }) => [app, statements > 0])).toEqual([
      ['previous', true],
      ['next', true],
    ]);
  });

  test('with little patience cancels the read that is in the way', async () => {
    const settings = { max_standby_streaming_delay: '50ms' };
    const { standby, why } = await followed(library(shelf, { apps: 'none', ...named, postgres: { settings } }, ''));
    expect(standby, why).toMatchObject({
      cancelledQueries: expect.any(Number),
      longRead: { relation: 'public.books', cancelled: true },
      end: { replayed: true },
    });
    expect(standby?.cancelledQueries).toBeGreaterThan(0);
  });

  test('has no rows of a table that is not written to WAL, though the server that it follows has', async () => {
    const bundle = await lab.bundle(library('ALTER TABLE books SET UNLOGGED;\n', {}, reader(titles)), ['standby']);
    const evidence = await bundle.rehearse();
    expect(evidence.runs.find(({ spec }) => spec.id === 'standby')?.standby).toMatchObject({
      sameSchema: { seen: true, value: true },
      unreadable: [{ relation: 'public.books', sqlstate: '0A000' }],
    });
    const findings = judge(evidence).findings.filter(({ check }) => check.startsWith('standby'));
    expect(findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ check: 'standby-conflict', severity: 'blocks', app: 'previous' }),
        expect.objectContaining({ check: 'standby-conflict', severity: 'blocks', app: 'next' }),
        expect.objectContaining({ check: 'standby-divergence', severity: 'blocks', relation: 'public.books' }),
      ]),
    );
  });

  test('that does not start is a gap in the evidence', async () => {
    const settings = { recovery_target_timeline: '99' };
    const run = await followed(library(shelf, { apps: 'none', ...named, postgres: { settings } }, ''));
    expect(run).toMatchObject({ outcome: 'not-run', why: expect.stringContaining('the standby did not start') });
  });
});

test('READ_DATABASE_URL leads to the standby where there is one, and else to where DATABASE_URL leads', async () => {
  const app = reader('SELECT pg_is_in_recovery() AS follows');
  const probes = [{ name: 'where it reads', request: { path: '/' }, expect: { json: { follows: false } } }];
  const bundle = await lab.bundle(library(shelf, { probes }, app));
  const { cells } = await bundle.planned('compatibility-previous-fresh-before', []);
  expect(cells.flatMap((cell) => cell.probes.map(({ outcome }) => outcome))).toEqual(['pass']);
  const { standby } = await bundle.planned('standby', [await bundle.control()]);
  const answers = standby?.apps.map(({ after }) => after.map(({ outcome }) => outcome));
  expect(answers).toEqual([['fail'], ['fail']]);
});
