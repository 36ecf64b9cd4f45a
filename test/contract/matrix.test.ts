import { describe, expect, test } from 'vitest';
import { rehearse } from '../support/cli.ts';
import { libraryApp, libraryBundle, twoApps, withPg } from '../support/contract-bundles.ts';
import { blockingChecks, rehearsed, summaryOf } from '../support/rehearsed.ts';
import { writtenBundle } from '../support/vendor.ts';

type Column = 'before' | 'insideBefore' | 'afterBefore' | 'insideAfter' | 'afterAfter';

/** CONTRACT 1.8: "says which cells of the matrix gate (●)". The columns in the order of the table; `●` gates. */
const table: readonly (readonly [overlap: string, app: string, gates: string])[] = [
  ['rolling', 'previous', '●●●––'],
  ['rolling', 'next', '––●●●'],
  ['canary', 'previous', '●●●●●'],
  ['canary', 'next', '––●●●'],
  ['code-first', 'previous', '●●●––'],
  ['code-first', 'next', '●●●●●'],
  ['stop-the-world', 'previous', '●––––'],
  ['stop-the-world', 'next', '––––●'],
];

/** `#n` counts the transactions that committed a change; "the last is only after PHASE". */
const states: Readonly<Record<string, Column>> = {
  before: 'before',
  'after pre-deploy #1': 'insideBefore',
  'after pre-deploy': 'afterBefore',
  'after post-deploy #1': 'insideAfter',
  'after post-deploy': 'afterAfter',
};
const columns: readonly Column[] = ['before', 'insideBefore', 'afterBefore', 'insideAfter', 'afterAfter'];

/** Previous needs `title`, which the last migration drops; next needs `name`, which the second one adds. */
const libraryFiles = {
  'package.json': withPg,
  'previous/app.js': libraryApp("SELECT 'ok' AS state FROM (SELECT title FROM books LIMIT 1) AS b"),
  'next/app.js': libraryApp("SELECT 'ok' AS state FROM (SELECT name FROM books LIMIT 1) AS b"),
  'migrations/1-shelf.sql': 'ALTER TABLE books ADD COLUMN shelf text;',
  'migrations/2-name.sql': 'ALTER TABLE books ADD COLUMN name text;',
  'clean-up/3-code.sql': 'ALTER TABLE books ADD COLUMN code text;',
  'clean-up/4-title.sql': 'ALTER TABLE books DROP COLUMN title;',
};

const manifest = (overlap: string) => ({
  previous: '1.9.0',
  deploy: { overlap },
  apps: twoApps,
  migrate: [
    { name: 'pre-deploy', sql: ['migrations/*.sql'] },
    { name: 'post-deploy', when: 'after-rollout', sql: ['clean-up/*.sql'] },
  ],
  probes: [{ name: 'a book', request: { path: '/' }, expect: { json: { state: 'ok' } } }],
});

const run = (dir: string, ...more: string[]) =>
  rehearsed(dir, ['--host', 'process', '--only', 'control,compatibility', ...more]);

describe('the matrix of versions and states (CONTRACT 1.8)', () => {
  test.for(['rolling', 'canary', 'code-first', 'stop-the-world'])('overlap %s', async (overlap) => {
    await using bundle = await writtenBundle(libraryBundle(manifest(overlap), libraryFiles));
    await using rehearsal = await run(bundle.dir);
    const { compatibility } = rehearsal.report;
    expect(compatibility.overlap).toBe(overlap);
    for (const [, app, gates] of table.filter(([name]) => name === overlap)) {
      for (const [state, column] of Object.entries(states)) {
        const cells = compatibility.cells.filter((cell) => cell.app === app && cell.state === state);
        const expected = gates[columns.indexOf(column)] === '●';
        const said = `${app} at "${state}"\n${summaryOf(rehearsal.report)}`;
        expect(
          cells.every((cell) => cell.gates === expected),
          said,
        ).toBe(true);
        if (expected)
          expect(
            cells.some((cell) => cell.boot === 'fresh'),
            said,
          ).toBe(true);
        const works = app === 'previous' ? column !== 'afterAfter' : columns.indexOf(column) >= 2;
        const outcomes = cells.map((cell) => cell.outcome).filter((outcome) => outcome !== 'not-run');
        if (expected) expect(outcomes.length, said).toBeGreaterThan(0);
        expect(new Set(outcomes), said).toEqual(new Set(outcomes.length === 0 ? [] : [works ? 'pass' : 'fail']));
      }
    }
    const expectedFailures: Readonly<Record<string, string[]>> = {
      canary: ['broken-previous-version', 'broken-query'],
      'code-first': ['broken-next-version'],
    };
    // "A failing cell that gates is a blocking finding; one that does not is shown only."
    const broken = blockingChecks(rehearsal.report).filter((check) => check.startsWith('broken-'));
    expect(broken, summaryOf(rehearsal.report)).toEqual(expectedFailures[overlap] ?? []);
    expect(rehearsal.finished.code).toBe(overlap in expectedFailures ? 1 : 3);
  });
});

describe('probes (CONTRACT 1.6)', () => {
  test('1.1: "previous that does not become ready … (with the last lines of its log)" exits 2', async () => {
    const dead = libraryApp('SELECT 1', "console.error('no licence found'); process.exit(3);");
    const files = { ...libraryFiles, 'previous/app.js': dead };
    await using bundle = await writtenBundle(libraryBundle(manifest('rolling'), files));
    const finished = await rehearse(['run', bundle.dir, '--format', 'json', '--host', 'process']);
    expect(finished.code, finished.stderr).toBe(2);
    expect(JSON.stringify(JSON.parse(finished.stdout))).toContain('no licence found');
  });

  test('a probe that fails in the baseline proves nothing; without another the verdict is inconclusive', async () => {
    const probes = [{ name: 'a book', request: { path: '/' }, expect: { json: { state: 'wrong' } } }];
    await using bundle = await writtenBundle(libraryBundle({ ...manifest('rolling'), probes }, libraryFiles));
    await using rehearsal = await run(bundle.dir);
    const cells = rehearsal.report.compatibility.cells.filter((cell) => cell.app === 'previous' && cell.gates);
    expect(cells.length).toBeGreaterThan(0);
    expect(new Set(cells.flatMap((cell) => cell.probes.map((probe) => probe.outcome)))).toEqual(new Set(['not-run']));
    expect({ verdict: rehearsal.report.verdict, code: rehearsal.finished.code }).toEqual({
      verdict: 'inconclusive',
      code: 3,
    });
  });

  test('kinds: cookies and saved values, commands, status lists, text, subsets of JSON', async () => {
    await using bundle = await writtenBundle(
      libraryBundle({ ...manifest('rolling'), probes: kindsOfProbes }, { ...libraryFiles, ...sessionFiles }),
    );
    await using rehearsal = await run(bundle.dir);
    const before = rehearsal.report.compatibility.cells.filter(
      (cell) => cell.app === 'previous' && cell.state === 'before',
    );
    const outcomes = before.flatMap((cell) =>
      cell.probes.map((probe) =>
        `${probe.name}: ${probe.outcome} ${probe.outcome === 'pass' ? '' : probe.detail}`.trim(),
      ),
    );
    expect(new Set(outcomes), summaryOf(rehearsal.report)).toEqual(
      new Set(kindsOfProbes.map(({ name }) => `${name}: pass`)),
    );
  });
});

/** How a manifest names a value that an earlier step saved. */
const saved = (name: string) => `\${${name}}`;

const kindsOfProbes = [
  {
    name: 'signed in',
    steps: [
      {
        request: { method: 'POST', path: '/login', json: { user: 'a' } },
        expect: { status: [200, 201] },
        save: { token: 'json.session.token', trace: 'header.x-trace' },
      },
      {
        request: { path: '/me', headers: { authorization: `Bearer ${saved('token')}`, 'x-trace': saved('trace') } },
        expect: { json: { user: 'a', roles: [{ name: 'reader' }] } },
      },
    ],
  },
  { name: 'text', request: { path: '/text' }, expect: { text: 'a substring' } },
  { name: 'redirects are not followed', request: { path: '/redirect' }, expect: { status: 302 } },
  { name: 'a body as it is', request: { method: 'PUT', path: '/echo', body: 'plain' }, expect: { text: 'plain' } },
  { name: 'a command', command: ['node', 'probe.mjs'] },
];

const sessionApp = `
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ max: 2 });
pool.on('error', (error) => console.error(error.message));
const json = (response, status, value, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
const server = createServer(async (request, response) => {
  await pool.query('SELECT 1');
  const body = (await request.setEncoding('utf8').toArray()).join('');
  console.log(request.method, request.url);
  const cookies = { 'set-cookie': 'sid=c1; Path=/', 'x-trace': 'x1' };
  if (request.url === '/login') return json(response, 201, { session: { token: 't1' } }, cookies);
  if (request.url === '/me') {
    const { authorization, cookie } = request.headers;
    const known = authorization === 'Bearer t1' && cookie?.includes('sid=c1') && request.headers['x-trace'] === 'x1';
    if (!known) return json(response, 401, {});
    return json(response, 200, { user: 'a', roles: [{ name: 'reader', since: 1 }], more: true });
  }
  if (request.url === '/redirect') return response.writeHead(302, { location: '/text' }).end();
  if (request.url === '/text') return response.end('with a substring in it');
  if (request.url === '/echo') return response.end(body);
  json(response, 200, { ok: true });
});
server.listen(Number(process.env.PORT), process.env.HOST);
process.once('SIGTERM', () => { server.close(() => pool.end()); server.closeAllConnections(); });
`;

const sessionFiles = {
  'previous/app.js': sessionApp,
  'next/app.js': sessionApp,
  'probe.mjs': `const response = await fetch(new URL('/text', process.env.APP_URL));
process.exit(response.ok && process.env.PGHOST ? 0 : 1);
`,
};
