import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseRunId } from '../../../shared/domain/ids.ts';
import type { RunResult } from '../../../shared/domain/observation.ts';
import type { UnderLoadRun } from '../../../shared/domain/run.ts';
import { holdsOf } from '../../../shared/judge/derive/steady-holds.ts';
import { libraryApp, libraryBundle, twoApps, withPg } from '../../support/contract-bundles.ts';
import { openScenarioLab, type ScenarioLab } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

/** Sorts the books again and again, and has all of them while it does; `rest` is what it does otherwise. */
const sorter = (work: string) => `import pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL, application_name: 'sorting' });
await client.connect();
console.log('sorts for', process.env.REHEARSAL_VERSION, process.env.SHELF);
for (;;) {
  ${work}
  await pause(50);
}
`;
const atRest = sorter("await client.query('SELECT 1');");
const atWork = sorter(`await client.query('BEGIN');
  await client.query('UPDATE books SET title = title');
  await pause(700);
  await client.query('COMMIT');`);

const app = libraryApp('SELECT count(*)::int AS books FROM books');
const withSorter = (version: 'previous' | 'next') => ({
  ...twoApps[version],
  workers: [{ name: 'sorter', command: ['node', 'sorter.js'], env: { SHELF: 'upper' } }],
});
const files = (next: string) =>
  libraryBundle(
    {
      postgres: { settings: { lock_timeout: '150ms' } },
      apps: { previous: withSorter('previous'), next: withSorter('next') },
      probes: [{ name: 'books are counted', request: { path: '/books' }, expect: { json: { books: 500 } } }],
    },
    {
      'migrations/1.sql': 'CREATE TABLE shelves (id int PRIMARY KEY);',
      'package.json': withPg,
      'previous/app.js': app,
      'next/app.js': app,
      'previous/sorter.js': atRest,
      'next/sorter.js': next,
    },
  );

const ask = (version: 'previous' | 'next'): UnderLoadRun => ({
  id: parseRunId(version === 'previous' ? 'steady-before' : 'steady-after'),
  ...{ scenario: 'under-load', seed: 7, alone: true, expectedEnds: {}, actorsOn: [] },
  targets: [{ relation: 'public.books', columns: ['id', 'title'] }],
  steady: { app: version, durationMs: 2_000, probes: ['books are counted'] },
});
const errorsOf = ({ load }: RunResult) => Object.keys(load?.failedBySqlstate ?? {});
const processOf = ({ steady }: RunResult, worker?: string) =>
  steady?.processes.find((process) => process.worker === worker);

test('a background process of next that keeps a table to itself is seen, and by its name', async () => {
  const bundle = await lab.bundle(files(atWork));
  const previous = await bundle.run(ask('previous'));
  expect(previous).toMatchObject({ outcome: 'completed', attempts: [], steady: { app: 'previous', ready: true } });
  expect(errorsOf(previous)).toEqual([]);
  expect(holdsOf(previous)).toEqual([]);
  expect(processOf(previous, 'sorter')?.logTail).toEqual(['sorts for previous upper']);
  const next = await bundle.run(ask('next'));
  expect(next).toMatchObject({ outcome: 'completed', attempts: [{ phase: 'pre-deploy', exitCode: 0 }] });
  expect(errorsOf(next)).toEqual(['55P03']);
  expect(holdsOf(next)[0]).toMatchObject({ worker: 'sorter', relation: 'public.books' });
  expect(holdsOf(next)[0]?.statement).toBe('UPDATE books SET title = title');
  for (const run of [previous, next]) {
    const [probe] = run.steady?.probes ?? [];
    expect(probe).toMatchObject({ name: 'books are counted', failed: 0 });
    expect(probe?.asked).toBeGreaterThan(3);
    expect(processOf(run)?.statements).toBeGreaterThan(3);
  }
});

test('a background process that ends by itself is told with its exit code', async () => {
  const bundle = await lab.bundle(files("console.error('no books today');\nprocess.exit(3);\n"));
  const next = await bundle.run(ask('next'));
  expect(processOf(next, 'sorter')).toMatchObject({ endedByItself: 3, logTail: ['no books today'], statements: 0 });
  expect(processOf(next)).not.toHaveProperty('endedByItself');
});
