import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { libraryApp, libraryBundle, twoApps, withPg } from '../support/contract-bundles.ts';
import { blockingChecks, type Rehearsed, rehearsed, summaryOf } from '../support/rehearsed.ts';
import { reportMismatches } from '../support/report-shape.ts';
import { type Directory, writtenBundle } from '../support/vendor.ts';

const app = libraryApp('SELECT count(*)::int AS books FROM books');
/** Never gives the books back. */
const hoarder = `import pg from 'pg';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
if (process.env.REHEARSAL_VERSION === 'next') await client.query('BEGIN; UPDATE books SET title = title');
setInterval(() => client.query('SELECT 1'), 500);
`;
const worker = { name: 'hoarder', command: ['node', '../hoarder.js'] };

/** Asked for less than makes sense; the deployment itself is quiet, so that only what comes after it is there to see. */
const hoarding = libraryBundle(
  {
    postgres: { settings: { lock_timeout: '200ms' } },
    deploy: { overlap: 'stop-the-world' },
    apps: { previous: { ...twoApps.previous, workers: [worker] }, next: { ...twoApps.next, workers: [worker] } },
    probes: [{ name: 'books are counted', request: { path: '/books' }, expect: { json: { books: 500 } } }],
    steady: { duration: '3s' },
  },
  {
    'migrations/001.sql': "COMMENT ON TABLE books IS 'lent';\n",
    'package.json': withPg,
    'hoarder.js': hoarder,
    'previous/app.js': app,
    'next/app.js': app,
  },
);

describe('steady (CONTRACT 1)', () => {
  let bundle: Directory;
  let rehearsal: Rehearsed;
  beforeAll(async () => {
    bundle = await writtenBundle(hoarding);
    rehearsal = await rehearsed(bundle.dir, ['--host', 'process', '--only', 'control,under-load']);
  });
  afterAll(async () => {
    await rehearsal?.[Symbol.asyncDispose]();
    await bundle?.[Symbol.asyncDispose]();
  });

  test('"after the last phase, the same traffic as before it": what next does to it is found', () => {
    const { report } = rehearsal;
    expect(reportMismatches(report)).toEqual([]);
    expect(blockingChecks(report), summaryOf(report)).toEqual(['worse-steady-state']);
    const finding = report.findings.find(({ check }) => check === 'worse-steady-state');
    expect(finding).toMatchObject({ app: 'next', state: 'after pre-deploy', scenario: 'under-load' });
    expect(finding?.summary).toContain('55P03');
    expect(finding?.summary).toContain('background process “hoarder” of next held public.books');
  });

  test('"under-load" is the scenario of both halves, and the phases run in the second only', () => {
    const runs = rehearsal.report.runs.filter(({ scenario }) => scenario === 'under-load');
    expect(runs.map(({ id, migration }) => [id, migration.map(({ phase }) => phase)])).toEqual([
      ['steady-before', []],
      ['steady-after', ['pre-deploy']],
    ]);
    const told = rehearsal.report.notTested.map(({ what }) => what);
    expect(told).toContain('a steady state of only 3000 ms');
  });
});
