import { libraryBundle, twoApps, withPg } from '../../support/contract-bundles.ts';
import type { BundleFiles } from '../../support/vendor.ts';

/** Values that no report may hold, by where they are planted; words that stand in no program of the bundle as such. */
export const canaries = {
  row: 'Zqxrowa4711',
  copied: 'Zqxcopyb4712',
  environment: 'Zqxenvc4713',
  body: 'Zqxbodyd4714',
  header: 'Zqxheade4715',
  expected: 'Zqxexpef4716',
  traffic: 'Zqxloadg4717',
  constant: 'Zqxconsh4718',
  address: 'Zqxaddri4719',
  argument: 'Zqxargsj4720',
} as const;

const { row, copied, environment, body, header, expected, traffic, constant, address, argument } = canaries;

/** Programs must not hold a canary as a word: what a bundle's own text says is known, and may be printed. */
const secret = (value: string) => JSON.stringify([value.slice(0, 6), value.slice(6)]);

const seed = `
CREATE TABLE books (id integer PRIMARY KEY, title text NOT NULL, email text UNIQUE, note text);
INSERT INTO books SELECT n, '${row} title ' || n, '${row}' || n || '@example.com' FROM generate_series(1, 200) AS n;
COPY books (id, title, email) FROM stdin;
1000\t${copied} title\t${copied}@example.com
\\.
`;

/** Says everything that it sees, in every way in which a migration can say it, and goes on after every error. */
const migrate = `
import pg from 'pg';
const own = ${secret(constant)}.join('');
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
client.on('notice', (notice) => console.error('notice:', notice.message));
await client.connect();
const attempt = async (sql, values) => {
  try {
    const { rows } = await client.query(sql, values);
    console.log('rows', JSON.stringify(rows));
    for (const row of rows) console.error(Object.values(row).join(' '));
  } catch (error) {
    console.error(error.message, '|', error.detail, '|', error.where, '|', error.hint);
    console.log('refused:', error.code, error.message);
  }
};
console.log('env', process.env.SECRET, process.env.DATABASE_URL, process.env.PGPASSWORD, process.argv.join(' '));
await attempt('SELECT * FROM books ORDER BY id DESC LIMIT 3');
await attempt("INSERT INTO books SELECT 5000, title, email FROM books WHERE id = 1000");
await attempt('INSERT INTO books (id, title, email) VALUES ($1, $2, $3)', [6000, own, own + '@example.com']);
await attempt("INSERT INTO books (id, title) VALUES (6000, '" + own + "') /* " + own + " */");
await attempt('SELECT title::integer FROM books WHERE id = 1');
await attempt("SELECT '" + own + "'::integer");
await attempt("UPDATE books SET note = '" + own + "' WHERE email = '" + own + "@example.com'");
await attempt("DO $$ DECLARE b record; BEGIN FOR b IN SELECT * FROM books WHERE id > 999 LOOP RAISE NOTICE 'book % of %', b.title, b.email; END LOOP; END $$");
await attempt("DO $$ DECLARE b record; BEGIN SELECT * INTO b FROM books WHERE id = 1; RAISE EXCEPTION 'cannot move % to %', b.title, b.email USING DETAIL = b.email, HINT = b.title; END $$");
await attempt("DO $$ BEGIN EXECUTE format('INSERT INTO books (id, title) VALUES (1, %L)', '" + own + "'); END $$");
await attempt("ALTER TABLE books ADD CONSTRAINT short CHECK (length(title) < 3)");
await attempt("SELECT '" + own + "' AS \\"x\\", * FROM books WHERE unknown_column = '" + own + "'");
await attempt("SELECT 'unfinished " + own);
await copyIn("COPY books (id, title) FROM STDIN", "not a number " + own + "\\t" + own + "\\n");
await copyIn("COPY books (id, title) FROM STDIN", "7000\\t" + own + "\\n");
await attempt("SET LOCAL lock_timeout = '600ms'; ALTER TABLE books ADD COLUMN shelf text");
await client.end();

function copyIn(sql, data) {
  return new Promise((done) => {
    client.query({
      submit: (connection) => void connection.query(sql),
      handleCopyInResponse: (connection) => {
        connection.sendCopyFromChunk(Buffer.from(data));
        connection.endCopyFrom();
      },
      handleError: (error) => done(console.error('copy:', error.message, error.where)),
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => done(),
    });
  });
}
`;

/** Logs and answers rows, its environment and what it is asked with; next asks for a column that is not there. */
const app = (query: string) => `
import { createServer } from 'node:http';
import pg from 'pg';
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
pool.on('error', (error) => console.error(error.message));
console.log('starting with', process.env.SECRET, process.env.DATABASE_URL);
createServer(async (request, response) => {
  const asked = (await request.setEncoding('utf8').toArray()).join('');
  console.log(request.method, request.url, JSON.stringify(request.headers), asked);
  try {
    const sql = request.url === '/healthz' ? 'SELECT 1 AS ok' : ${JSON.stringify(query)};
    const { rows } = await pool.query(sql);
    console.log(JSON.stringify(rows));
    const headers = { 'content-type': 'application/json', 'x-row': String(rows[0].title) };
    response.writeHead(200, headers).end(JSON.stringify(rows[0]));
  } catch (error) {
    console.error(error.message, error.detail, asked);
    response.writeHead(500).end(error.message + asked);
  }
}).listen(Number(process.env.PORT), process.env.HOST);
process.once('SIGTERM', () => process.exit(0));
`;

const env = { SECRET: environment, REMOTE: `https://user:${environment}@example.com` };

export const talkativeBundle: BundleFiles = libraryBundle(
  {
    snapshot: { sql: ['seed.sql'] },
    migrate: [
      {
        name: 'pre-deploy',
        command: ['node', 'migrate.js', `--token=${argument}`, `postgres://user:${argument}@example.com/x`],
        timeout: '40s',
        env,
      },
    ],
    apps: { previous: { ...twoApps.previous, env }, next: { ...twoApps.next, env } },
    probes: [
      {
        name: 'a book with a body',
        request: {
          method: 'POST',
          path: `/books/1?email=${address}`,
          headers: { authorization: `Bearer ${header}` },
          json: { email: body },
        },
        expect: { json: { id: 1 } },
      },
      { name: 'a book that is another', request: { path: '/books/1' }, expect: { json: { title: expected } } },
      { name: 'a book with a text', request: { path: '/books/1' }, expect: { text: expected } },
    ],
    load: {
      rate: '20/s',
      duration: '1s',
      hold: '300ms',
      statements: [
        { sql: `UPDATE books SET note = '${traffic}' WHERE email = $pick(books.email)` },
        { sql: `INSERT INTO books (id, title, email) SELECT 1, '${traffic}', email FROM books LIMIT 1` },
      ],
    },
  },
  {
    'package.json': withPg,
    'seed.sql': seed,
    'migrate.js': migrate,
    'previous/app.js': app('SELECT * FROM books WHERE id = 1'),
    'next/app.js': app(
      `SELECT unknown_column, * FROM books WHERE title = '${row.slice(0, 6)}' || '${row.slice(6)} title 1'`,
    ),
  },
);

/** One file whose statement is refused with a row's value in its message, as the built-in runner sends it. */
export const refusedBundle = (statement: string): BundleFiles =>
  libraryBundle({}, { 'seed.sql': seed, 'migrations/001_refused.sql': `${statement};\n` });

/** A seed that the server refuses: exit 2, with the place and without the row. */
export const brokenSeedBundle: BundleFiles = libraryBundle(
  {},
  {
    'seed.sql': `CREATE TABLE books (id integer PRIMARY KEY);\nCOPY books FROM stdin;\n${copied}\n\\.\n`,
    'migrations/001_x.sql': 'SELECT 1;',
  },
);

/** A version that says a row and its secret and then does not start: exit 2, with the last lines of its log. */
export const unreadyBundle: BundleFiles = libraryBundle(
  {
    apps: { previous: { ...twoApps.previous, env, startTimeout: '3s' }, next: { ...twoApps.next, env } },
    probes: [{ name: 'books', request: { path: '/books' } }],
  },
  {
    'package.json': withPg,
    'seed.sql': seed,
    'migrations/001_x.sql': 'ALTER TABLE books ADD COLUMN shelf text;',
    'previous/app.js': `
import pg from 'pg';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const { rows } = await client.query('SELECT * FROM books LIMIT 2');
console.error('refusing to start with', JSON.stringify(rows), process.env.SECRET, process.env.DATABASE_URL);
process.exit(3);
`,
    'next/app.js': app('SELECT 1 AS id'),
  },
);
