import { parse, stringify } from 'yaml';
import type { BundleFiles } from './vendor.ts';

/** The least that a bundle needs; every test says what it changes. */
const leastManifest = `
rehearsal: 1
service: library
version: 2.0.0
snapshot: { sql: [seed.sql] }
migrate:
  - name: pre-deploy
    sql: [migrations/*.sql]
apps: none
load: { rate: 40/s, duration: 3s, hold: 400ms }
`;

/** A bundle as files: `changes` replace whole keys of the manifest, undefined takes one away; `files` are added. */
export function libraryBundle(
  changes: Readonly<Record<string, unknown>> = {},
  files: BundleFiles = { 'migrations/001_shelf.sql': shelf },
): BundleFiles {
  const manifest: Record<string, unknown> = { ...parse(leastManifest), ...changes };
  for (const [key, value] of Object.entries(manifest)) if (value === undefined) delete manifest[key];
  return { 'rehearsal.yaml': stringify(manifest), 'seed.sql': seed, ...files };
}

export const seed = `
CREATE TABLE books (
  id integer PRIMARY KEY,
  title text NOT NULL
);
INSERT INTO books SELECT n, 'book ' || n FROM generate_series(1, 500) AS n;
`;

export const shelf = "SET LOCAL lock_timeout = '600ms';\nALTER TABLE books ADD COLUMN shelf text;\n";

/** An application of a few lines; `query` is what it reads, as one row, and answers as JSON. */
export const libraryApp = (query: string, boot = '') => `
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
pool.on('error', (error) => console.error(error.message));
${boot}
const server = createServer(async (request, response) => {
  try {
    if (request.url === '/healthz') await pool.query('SELECT 1');
    const { rows } = request.url === '/healthz' ? { rows: [{ ok: true }] } : await pool.query(${JSON.stringify(query)});
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(rows[0]));
  } catch (error) {
    console.error(error.message);
    response.writeHead(500).end();
  }
  console.log(request.method, request.url, response.statusCode);
});
server.listen(Number(process.env.PORT), process.env.HOST);
process.once('SIGTERM', () => {
  server.close(() => pool.end());
  server.closeAllConnections();
});
`;

export const withPg = JSON.stringify({ private: true, type: 'module', dependencies: { pg: '*' } });

export const twoApps = {
  previous: { dir: 'previous', command: ['node', 'app.js'], ready: '/healthz' },
  next: { dir: 'next', command: ['node', 'app.js'], ready: '/healthz' },
};
