import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CellObservation, Evidence } from '../../../shared/domain/observation.ts';
import { stateName } from '../../../shared/domain/run.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { libraryApp, libraryBundle, seed, twoApps, withPg } from '../../support/contract-bundles.ts';
import { openScenarioLab, type ScenarioLab } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const cellsOf = (evidence: Evidence): readonly CellObservation[] => evidence.runs.flatMap((run) => run.cells);

const named = (evidence: Evidence, name: string): CellObservation | undefined =>
  cellsOf(evidence).find((cell) => `${cell.app} ${cell.boot} ${stateName(cell.point)}` === name);

test('a running version fails with the plan it cached, a fresh one does not; other scenarios are left out', async () => {
  const prepared = libraryApp('unused').replace(
    'await pool.query("unused")',
    "await pool.query({ name: 'first', text: 'SELECT * FROM books ORDER BY id LIMIT 1' })",
  );
  const bundle = await lab.bundle(
    libraryBundle(
      { apps: twoApps, probes: [{ name: 'the first book', request: { path: '/' }, expect: { json: { id: 1 } } }] },
      {
        'package.json': withPg,
        'seed.sql': seed.replace('title text', 'title varchar(50)'),
        'previous/app.js': prepared.replace('max: 2', 'max: 1'),
        'next/app.js': prepared,
        'migrations/1.sql': 'ALTER TABLE books ALTER COLUMN title TYPE varchar(75);\n',
      },
    ),
    ['compatibility'],
  );
  const evidence = await bundle.rehearse();
  expect(new Set(evidence.runs.map(({ spec }) => spec.scenario))).toEqual(new Set(['control', 'compatibility']));
  expect(evidence.leftOut).toContain('interruption');
  expect(evidence.runs.filter(({ outcome }) => outcome === 'not-run')).toEqual([]);
  const running = named(evidence, 'previous running after pre-deploy');
  expect(running?.probes).toMatchObject([{ outcome: 'fail', detail: 'status 500, expected 2xx' }]);
  expect(running?.sqlErrors).toMatchObject([
    { sqlstate: '0A000', message: 'cached plan must not change result type', count: 1 },
  ]);
  expect(named(evidence, 'previous fresh after pre-deploy')).toMatchObject({
    started: { seen: true, value: true },
    probes: [{ outcome: 'pass' }],
    sqlErrors: [],
  });
  const blocking = judge(evidence).findings.filter(({ severity }) => severity === 'blocks');
  expect(blocking).toMatchObject([{ check: 'stale-cached-plan', app: 'previous', state: 'after pre-deploy' }]);
  expect(named(evidence, 'next fresh after pre-deploy')?.again).toMatchObject([{ outcome: 'pass' }]);
  const states = cellsOf(evidence).map(({ stateFingerprint }) => (stateFingerprint.seen ? stateFingerprint.value : ''));
  // Before, after the ledger was made, and after the phase: three states, each proven by its shape.
  expect(new Set(states).size).toBe(3);
});

test('a previous version that is never ready is refused with the end of its log', async () => {
  const silent =
    "console.error('refusing to start: the key of the vault is missing');\nsetInterval(() => undefined, 1_000);\n";
  const bundle = await lab.bundle(
    libraryBundle(
      {
        apps: { ...twoApps, previous: { ...twoApps.previous, startTimeout: '700ms' } },
        probes: [{ name: 'it answers', request: { path: '/' } }],
      },
      {
        'package.json': withPg,
        'previous/app.js': silent,
        'next/app.js': libraryApp('SELECT 1 AS one'),
        'migrations/1.sql': 'SELECT 1;\n',
      },
    ),
  );
  await expect(bundle.rehearse()).rejects.toMatchObject({
    fault: 'bundle',
    code: 'previous-not-ready',
    problems: [{ key: 'apps.previous', message: expect.stringContaining('the key of the vault is missing') }],
  });
});

test('a state that comes again is asked once more where other versions must live on it', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      {
        apps: twoApps,
        probes: [{ name: 'it answers', request: { path: '/' } }],
        migrate: [
          { name: 'rows', sql: ['migrations/1.sql'], ledger: 'none' },
          { name: 'more-rows', sql: ['migrations/2.sql'], ledger: 'none', when: 'after-rollout' },
        ],
      },
      {
        'package.json': withPg,
        'previous/app.js': libraryApp('SELECT 1 AS one'),
        'next/app.js': libraryApp('SELECT 1 AS one'),
        'migrations/1.sql': "UPDATE books SET title = 'b' WHERE id = 1;\n",
        'migrations/2.sql': "UPDATE books SET title = 'c' WHERE id = 1;\n",
      },
    ),
    ['compatibility'],
  );
  const evidence = await bundle.rehearse();
  const asked = cellsOf(evidence).map((cell) => `${cell.app} ${cell.boot} ${stateName(cell.point)}`);
  expect(asked.toSorted()).toEqual([
    'next fresh after more-rows',
    'next fresh after rows',
    'next running after more-rows',
    'previous fresh after more-rows',
    'previous fresh after rows',
    'previous fresh before',
    'previous running after rows',
  ]);
});

test('an application whose image has no command here is not run, and that is no refusal', async () => {
  const bundle = await lab.bundle(
    libraryBundle(
      {
        apps: { previous: { image: 'registry/app:1' }, next: { image: 'registry/app:2' } },
        probes: [{ name: 'it answers', request: { path: '/' } }],
      },
      { 'migrations/1.sql': 'SELECT 1;\n' },
    ),
    ['compatibility'],
  );
  const evidence = await bundle.rehearse();
  const asked = evidence.runs.filter(({ spec }) => spec.scenario === 'compatibility');
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.every(({ outcome, why }) => outcome === 'not-run' && why?.includes('no command'))).toBe(true);
});

test('no row value gets into the evidence, by whatever it was said', async () => {
  const canary = 'Zsuzsanna-Quxbar-k77w41z';
  const bundle = await lab.bundle(
    libraryBundle(
      {
        apps: twoApps,
        probes: [
          { name: 'the last reader', request: { path: '/' }, expect: { json: { name: 'nobody' } } },
          {
            name: 'a session',
            steps: [
              { request: { path: '/' }, save: { reader: 'json.name' } },
              { request: { method: 'POST', path: '/', json: { said: `"\${reader}"` } } },
            ],
          },
        ],
        migrate: [{ name: 'pre-deploy', command: ['node', 'migrate.js'] }],
      },
      {
        'package.json': withPg,
        'seed.sql': `${seed}CREATE TABLE readers (name text PRIMARY KEY, age text);
INSERT INTO readers VALUES ('${canary}', '${canary}');
`,
        'previous/app.js': leakingApp,
        'next/app.js': leakingApp,
        'migrate.js': leakingMigration,
      },
    ),
    ['compatibility', 'interruption'],
  );
  const evidence = await bundle.rehearse();
  const text = JSON.stringify(evidence);
  expect(canary.split('-').filter((part) => text.includes(part))).toEqual([]);
  const control = evidence.runs.find(({ spec }) => spec.id === 'control');
  const errors = control?.attempts[0]?.statements.flatMap(({ sqlstate }) => sqlstate ?? []);
  expect(errors).toEqual(['23505', '22P02', 'P0001']);
  expect(control?.attempts[0]?.outputTail.join('\n')).toContain('could not welcome …-…-…');
  expect(cellsOf(evidence)[0]?.logTail.join('\n')).toContain('asked for …-…-…');
});

const leakingMigration = `import pg from 'pg';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const { rows: [reader] } = await client.query('SELECT name FROM readers');
for (const sql of [
  'INSERT INTO readers SELECT name FROM readers',
  'SELECT age::integer FROM readers',
  "DO $$ BEGIN RAISE EXCEPTION 'cannot migrate %', (SELECT name FROM readers); END $$",
]) {
  await client.query(sql).catch((error) => console.error(error.message, error.detail ?? ''));
}
console.error('could not welcome ' + reader.name);
await client.query("UPDATE readers SET age = '" + reader.name + "'");
await client.end();
`;

const leakingApp = libraryApp('SELECT name FROM readers LIMIT 1').replace(
  'console.log(request.method',
  "const { rows: [reader] } = await pool.query('SELECT name FROM readers LIMIT 1');\n" +
    "  await pool.query('SELECT age::integer FROM readers').catch((error) => console.error(error.message));\n" +
    "  console.error('asked for ' + reader.name);\n  console.log(request.method",
);

test('a running version that does not come up before the migration is started once more, and then proves nothing', async () => {
  const app = libraryApp('SELECT * FROM books ORDER BY id LIMIT 1');
  const bundle = await lab.bundle(
    libraryBundle(
      { apps: twoApps, probes: [{ name: 'the first book', request: { path: '/' }, expect: { json: { id: 1 } } }] },
      {
        ...{ 'package.json': withPg, 'seed.sql': seed, 'previous/app.js': app, 'next/app.js': app },
        'migrations/1.sql': 'CREATE TABLE shelves (id integer);\n',
      },
    ),
  );
  const { host } = bundle.context;
  /** As where somebody else has the port: it ends before it is ready. */
  const failing = (times: number): typeof host => ({
    ...host,
    clone: async (request) => {
      const clone = await host.clone(request);
      const start = clone.start.bind(clone);
      let left = times;
      return Object.defineProperty(clone, 'start', {
        value: (asked: Parameters<typeof start>[0]) => {
          const fails = asked.listens === true && left > 0;
          if (fails) left -= 1;
          return start(fails ? { ...asked, command: ['false'] } : asked);
        },
      });
    },
  });
  const first = [await bundle.control(), await bundle.planned('compatibility-previous-fresh-before', [])];
  const cellWith = async (times: number) => {
    const id = 'compatibility-previous-running-after-pre-deploy';
    const { cells } = await bundle.planned(id, first, { host: failing(times) });
    return cells[0];
  };
  expect(await cellWith(1)).toMatchObject({ started: { seen: true, value: true }, probes: [{ outcome: 'pass' }] });
  expect(await cellWith(2)).toMatchObject({ started: { seen: false }, probes: [] });
});
