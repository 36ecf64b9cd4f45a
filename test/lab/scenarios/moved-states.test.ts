import { afterAll, beforeAll, expect, test } from 'vitest';
import { libraryApp, libraryBundle, twoApps, withPg } from '../../support/contract-bundles.ts';
import { migration, openScenarioLab, type ScenarioLab } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

/** All 500 books are one batch; a 501st is a second one, and every later statement comes two later. */
const inBatches = migration(`
const open = 'SELECT id FROM books WHERE title <> upper(title) LIMIT 500';
const fill = 'UPDATE books SET title = upper(title) WHERE id IN (' + open + ')';
while ((await client.query(fill)).rowCount > 0);
await client.query('CREATE TABLE shelves (id integer)');
await client.query('CREATE TABLE rooms (id integer)');
`);

test('a state is found where it comes later because of what the running version wrote', async () => {
  const writes = libraryApp("INSERT INTO books SELECT max(id) + 1, 'new' FROM books RETURNING id");
  const bundle = await lab.bundle(
    libraryBundle(
      {
        apps: twoApps,
        probes: [{ name: 'a book is added', request: { path: '/' }, writes: true }],
        migrate: [{ name: 'pre-deploy', command: ['node', 'migrate.js'] }],
      },
      { 'package.json': withPg, 'migrate.js': inBatches, 'previous/app.js': writes, 'next/app.js': writes },
    ),
    ['compatibility'],
  );
  const evidence = await bundle.rehearse();
  const inside = evidence.runs.filter(({ spec }) => spec.scenario === 'compatibility' && spec.state.kind === 'inside');
  expect(inside.map(({ spec }) => spec.id).toSorted()).toEqual([
    'compatibility-previous-fresh-after-pre-deploy-2',
    'compatibility-previous-running-after-pre-deploy-2',
  ]);
  for (const { spec, cells, weaknesses } of inside) {
    expect(weaknesses).toEqual([]);
    expect(cells.map(({ stateFingerprint }) => stateFingerprint)).toEqual([
      { seen: true, value: spec.scenario === 'compatibility' && spec.app !== 'both' ? spec.expectedState : undefined },
    ]);
  }
});
