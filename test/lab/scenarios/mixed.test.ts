import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { libraryBundle, twoApps, withPg } from '../../support/contract-bundles.ts';
import { type LabBundle, openScenarioLab, type ScenarioLab } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

/** Lists the books with a sentence for each kind that it knows; POST gives book 1 the kind that it writes. */
const catalogue = (known: readonly string[], writes: string) => `
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
pool.on('error', (error) => console.error(error.message));
const sentences = new Map(${JSON.stringify(known.map((kind) => [kind, `a ${kind} book`]))});
const answers = {
  'GET /books': async () => {
    const { rows } = await pool.query('SELECT id, kind FROM books ORDER BY id LIMIT 3');
    return { books: rows.map(({ id, kind }) => ({ id, about: sentences.get(kind).toUpperCase() })) };
  },
  'POST /books/1': async () => {
    await pool.query('UPDATE books SET kind = $1 WHERE id = 1', [${JSON.stringify(writes)}]);
    return { saved: true };
  },
  'POST /books': async () => {
    await pool.query("INSERT INTO books (id, title) VALUES (1000, 'new')");
    return { saved: true };
  },
  'GET /healthz': async () => ({ ok: true }),
};
const server = createServer(async (request, response) => {
  try {
    const answer = await answers[request.method + ' ' + request.url]();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  } catch (error) {
    response.writeHead(error.code === '23505' ? 409 : 500).end();
  }
});
server.listen(Number(process.env.PORT), process.env.HOST);
process.once('SIGTERM', () => {
  server.close(() => pool.end());
  server.closeAllConnections();
});
`;

const books = (previous: string, next: string) =>
  libraryBundle(
    {
      apps: twoApps,
      probes: [
        { name: 'list the books', request: { path: '/books' }, expect: { json: { books: [{ id: 1 }, {}, {}] } } },
        { name: 'change a kind', request: { method: 'POST', path: '/books/1' } },
        // Answers 409 the second time, whoever asks.
        { name: 'buy a book', request: { method: 'POST', path: '/books' } },
      ],
    },
    {
      'package.json': withPg,
      'seed.sql': `CREATE TYPE kind AS ENUM ('novel', 'essay');
CREATE TABLE books (id integer PRIMARY KEY, title text NOT NULL, kind kind NOT NULL DEFAULT 'novel');
INSERT INTO books SELECT n, 'book ' || n FROM generate_series(1, 20) AS n;
`,
      'previous/app.js': previous,
      'next/app.js': next,
      'migrations/1.sql': "ALTER TYPE kind ADD VALUE 'letter';\n",
    },
  );

const sideBySide = (runs: readonly RunResult[]): RunResult | undefined => runs.find(({ mixed }) => mixed !== undefined);
/** Only what the run needs to be planned is run before it. */
async function madeAlone(bundle: LabBundle): Promise<RunResult> {
  const control = await bundle.control();
  const baseline = await bundle.planned('compatibility-previous-fresh-before', [control]);
  return await bundle.planned('compatibility-both-after-pre-deploy', [control, baseline]);
}

const outcomes = (run: RunResult | undefined, name: string) =>
  run?.mixed?.turns.map(({ app, probes }) => `${app} ${probes.find((probe) => probe.name === name)?.outcome}`);

test('a value that only next writes stops previous, which every cell of the matrix lets pass', async () => {
  const [old, young] = [catalogue(['novel', 'essay'], 'essay'), catalogue(['novel', 'essay', 'letter'], 'letter')];
  const bundle = await lab.bundle(books(old, young), ['compatibility']);
  const evidence = await bundle.rehearse();
  const run = sideBySide(evidence.runs);
  expect(outcomes(run, 'list the books')).toEqual(['previous pass', 'next pass', 'previous fail', 'next pass']);
  // Who asks first buys it: known from the baseline of previous, and no reason to ask anybody alone.
  expect(outcomes(run, 'buy a book')).toEqual(['previous pass', 'next fail', 'previous fail', 'next fail']);
  expect(run?.mixed?.alone).toMatchObject({
    seen: true,
    value: [
      { app: 'previous', probes: [{ outcome: 'pass' }, { outcome: 'pass' }, { outcome: 'pass' }] },
      { app: 'previous', probes: [{ outcome: 'pass' }, { outcome: 'pass' }, { outcome: 'fail' }] },
      { app: 'next', probes: [{ outcome: 'pass' }, { outcome: 'pass' }, { outcome: 'pass' }] },
      { app: 'next', probes: [{ outcome: 'pass' }, { outcome: 'pass' }, { outcome: 'fail' }] },
    ],
  });
  const { findings } = judge(evidence);
  expect(findings.filter(({ severity }) => severity === 'blocks')).toMatchObject([
    {
      check: 'mixed-version-data',
      app: 'previous',
      state: 'after pre-deploy',
      evidence: { probes: ['list the books'], writingProbes: ['change a kind', 'buy a book'] },
    },
  ]);
});

test('a reader that was deployed first lives with it, and nobody is asked alone', async () => {
  const [old, young] = [
    catalogue(['novel', 'essay', 'letter'], 'essay'),
    catalogue(['novel', 'essay', 'letter'], 'letter'),
  ];
  const run = await madeAlone(await lab.bundle(books(old, young), ['compatibility']));
  expect(run.mixed).toMatchObject({ notStarted: [], turns: [{ app: 'previous' }, {}, {}, { app: 'next' }] });
  expect(outcomes(run, 'list the books')).toEqual(['previous pass', 'next pass', 'previous pass', 'next pass']);
  expect(run.mixed?.alone).toBeUndefined();
});

/** Counts its articles by the name that their class has in this version; PUT writes that name. */
const newsroom = (name: string) => `
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
pool.on('error', (error) => console.error(error.message));
const server = createServer(async (request, response) => {
  const name = ${JSON.stringify(name)};
  if (request.method === 'PUT') await pool.query('UPDATE articles SET type = $1 WHERE id = 1', [name]);
  else await pool.query('SELECT count(*) FROM articles');
  response.end('{}');
});
server.listen(Number(process.env.PORT), process.env.HOST);
process.once('SIGTERM', () => {
  server.close(() => pool.end());
  server.closeAllConnections();
});
`;

test.each([
  [
    'nothing is left',
    "UPDATE articles SET type = 'Press::Renamed' WHERE type = 'Press::Stale';",
    { values: 0, rows: 0 },
  ],
  ['one is left', 'ALTER TABLE articles RENAME COLUMN summary TO abstract;', { values: 1, rows: 99 }],
] as const)('values are counted to the end of the last phase and stay in the run: %s', async (_name, sql, left) => {
  const bundle = await lab.bundle(
    libraryBundle(
      {
        apps: twoApps,
        probes: [{ name: 'publish', request: { method: 'PUT', path: '/articles/1' } }],
        migrate: [
          { name: 'pre-deploy', sql: ['migrations/1.sql'] },
          { name: 'post-deploy', sql: ['migrations/2.sql'], when: 'after-rollout' },
        ],
      },
      {
        'package.json': withPg,
        'seed.sql': `CREATE TABLE articles (id integer PRIMARY KEY, type text NOT NULL, summary text NOT NULL);
INSERT INTO articles SELECT n, CASE WHEN n % 2 = 1 THEN 'Press::Stale' ELSE 'Other' END, 'summary ' || n
FROM generate_series(1, 200) AS n;
`,
        'previous/app.js': newsroom('Press::Stale'),
        'next/app.js': newsroom('Press::Renamed'),
        'migrations/1.sql': 'ALTER TABLE articles ADD COLUMN pages integer;\n',
        'migrations/2.sql': `${sql}\n`,
      },
    ),
    ['compatibility'],
  );
  const run = await madeAlone(bundle);
  expect(run.mixed?.census).toEqual({
    seen: true,
    value: [
      {
        relation: 'public.articles',
        column: 'type',
        isDeclared: false,
        values: 2 + left.values,
        writtenByNext: 1,
        newWithNext: 1,
        left,
      },
    ],
  });
  expect(JSON.stringify(run)).not.toMatch(/Press::/);
});
