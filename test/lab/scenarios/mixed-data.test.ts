import { afterAll, beforeAll, expect, test } from 'vitest';
import { judge } from '../../../shared/judge/judge.ts';
import { notRun } from '../../../workers/not-run.ts';
import { rehearse } from '../../../workers/rehearse.ts';
import { libraryBundle, twoApps, withPg } from '../../support/contract-bundles.ts';
import { openScenarioLab, type ScenarioLab } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

/** `answers` is an object of functions of `pool` by method and path; what throws is answered with 500. */
const app = (answers: string) => `
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
pool.on('error', (error) => console.error(error.message));
const first = async (sql, values) => (await pool.query(sql, values)).rows[0];
const answers = { ${answers} 'GET /healthz': async () => ({ ok: true }) };
const server = createServer(async (request, response) => {
  try {
    const answer = await answers[request.method + ' ' + request.url]();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
  } catch (error) {
    console.error(error.message);
    response.writeHead(500).end();
  }
});
server.listen(Number(process.env.PORT), process.env.HOST);
process.once('SIGTERM', () => {
  server.close(() => pool.end());
  server.closeAllConnections();
});
`;

/** What the versions read of what the other wrote: with care, each takes both forms. */
const previous = (isCareful: boolean) =>
  app(`
  'GET /address': async () => {
    const { address } = await first('SELECT address FROM readers WHERE id = 1');
    const street = address === null ? 'none' : address.street${isCareful ? ' ?? address.lines[0]' : ''};
    return { street: street.toUpperCase() };
  },
  'PUT /address': () => first("UPDATE readers SET address = '{\\"street\\": \\"Elm\\"}' WHERE id = 1"),
  'POST /phone': async () => {
    const { phone } = await first('SELECT phone FROM readers WHERE id = 2');
    await first('UPDATE readers SET phone = $1 WHERE id = 2', [phone${isCareful ? '?' : ''}.replaceAll(' ', '')]);
  },
  'DELETE /phone': () => first("UPDATE readers SET phone = '' WHERE id = 2"),
  'GET /newest': () => first('SELECT true AS shown FROM readers ORDER BY id DESC LIMIT 1'),
  'POST /readers': () => first("INSERT INTO readers (phone) VALUES ('1')"),
  'DELETE /books/5': () => first('DELETE FROM books WHERE id = 5'),
  'POST /books/5': () => first("INSERT INTO books VALUES (5, 'five') ON CONFLICT DO NOTHING"),
`);
const next = (isCareful: boolean) =>
  app(`
  'GET /address': async () => {
    const { address } = await first('SELECT address FROM readers WHERE id = 1');
    const lines = address === null ? ['none'] : address.lines${isCareful ? ' ?? [address.street]' : ''};
    return { street: lines[0].toUpperCase() };
  },
  'PUT /address': () => first("UPDATE readers SET address = '{\\"lines\\": [\\"Elm\\", \\"2\\"]}' WHERE id = 1"),
  'POST /phone': () => first("UPDATE readers SET phone = replace(phone, ' ', '') WHERE id = 2"),
  'DELETE /phone': () => first('UPDATE readers SET phone = NULL WHERE id = 2'),
  'GET /newest': async () => {
    const { plan } = await first('SELECT plan FROM readers ORDER BY id DESC LIMIT 1');
    return { shown: plan.toUpperCase() === 'FREE' };
  },
  'POST /readers': () => first("INSERT INTO readers (phone, plan) VALUES ('1', 'free')"),
  'DELETE /books/5': async () => {
    await first('DELETE FROM loans WHERE book_id = 5');
    await first('DELETE FROM books WHERE id = 5');
  },
  'POST /books/5': async () => {
    await first("INSERT INTO books VALUES (5, 'five') ON CONFLICT DO NOTHING");
    await first('INSERT INTO loans (book_id) VALUES (5)');
  },
`);

/** All is read before it is written, so that each version meets what the other left. */
const probes = [
  ...['GET /address', 'POST /phone', 'GET /newest', 'DELETE /books/5'],
  ...['PUT /address', 'DELETE /phone', 'POST /readers', 'POST /books/5'],
].map((name) => {
  const [method, path] = name.split(' ');
  const expected = method === 'GET' && path === '/newest' ? { expect: { json: { shown: true } } } : {};
  return { name, request: { method, path }, ...expected };
});

const bundleOf = (isCareful: boolean) =>
  libraryBundle(
    { apps: twoApps, probes },
    {
      'package.json': withPg,
      'seed.sql': `CREATE TABLE books (id integer PRIMARY KEY, title text NOT NULL);
INSERT INTO books SELECT n, 'book ' || n FROM generate_series(1, 20) AS n;
CREATE TABLE readers (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, phone text NOT NULL, address jsonb);
INSERT INTO readers (phone) SELECT '0 ' || n FROM generate_series(1, 20) AS n;
`,
      'previous/app.js': previous(isCareful),
      'next/app.js': next(isCareful),
      'migrations/1.sql': `ALTER TABLE readers ALTER COLUMN phone DROP NOT NULL;
ALTER TABLE readers ADD COLUMN plan text${isCareful ? " DEFAULT 'free'" : ''};
UPDATE readers SET plan = 'free';
CREATE TABLE loans (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  book_id integer NOT NULL REFERENCES books${isCareful ? ' ON DELETE CASCADE' : ''}
);
`,
    },
  );

/** Only the run in which both meet, and what it needs to be planned: no cell of the matrix is looked at. */
async function judged(isCareful: boolean) {
  const { context, run } = await lab.bundle(bundleOf(isCareful), ['compatibility']);
  const needed = ['control', 'compatibility-previous-fresh-before', 'compatibility-both-after-pre-deploy'];
  const left = { startedAt: context.clock.wallTime().toISOString(), durationMs: 0 };
  const evidence = await rehearse(context.plan, {
    clock: context.clock,
    parallel: 1,
    perform: async (spec) => (needed.includes(spec.id) ? await run(spec) : notRun(spec, 'left out by this test', left)),
    progress: () => undefined,
  });
  const turns = evidence.runs.flatMap(({ mixed }) => mixed?.turns ?? []);
  const failed = turns.map(({ app, probes: asked }) => [
    app,
    ...asked.flatMap(({ name, outcome }) => (outcome === 'fail' ? [name] : [])),
  ]);
  const { findings, checks } = judge(evidence);
  return {
    failed,
    found: findings
      .filter(({ severity }) => severity === 'blocks')
      .map(({ check, app, evidence: { probes: names } }) => ({ check, app, names }))
      .toSorted((left, right) => String(right.app).localeCompare(String(left.app))),
    outcome: checks.find(({ id }) => id === 'mixed-version-data')?.outcome,
  };
}

test('a JSON shape is not read, a NULL not updated, a default missed, a row not deleted: each by the other version', async () => {
  const missed = ['GET /address', 'GET /newest'];
  const broken = ['GET /address', 'POST /phone', 'DELETE /books/5'];
  expect(await judged(false)).toEqual({
    failed: [['previous'], ['next', ...missed], ['previous', ...broken], ['next', ...missed]],
    found: [
      { check: 'mixed-version-data', app: 'previous', names: broken },
      { check: 'mixed-version-data', app: 'next', names: missed },
    ],
    outcome: 'found',
  });
});

test('versions that take either form, a default and a cascade: nothing is found', async () => {
  expect(await judged(true)).toEqual({
    failed: [['previous'], ['next'], ['previous'], ['next']],
    found: [],
    outcome: 'clear',
  });
});
