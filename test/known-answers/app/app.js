import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import pg from 'pg';

/** Both versions of every case: each path asks one statement of this version, and the answer is its first value. */
const {
  REHEARSAL_VERSION: version,
  DATABASE_URL: connectionString,
  HOST: host = '127.0.0.1',
  PORT: port,
} = process.env;
const asks = JSON.parse(readFileSync(new URL(`./${version}.json`, import.meta.url), 'utf8'));
const pool = new pg.Pool({ connectionString, max: 2 });
pool.on('error', (error) => console.error(`idle connection lost: ${error.message}`));

const server = createServer(async (request, response) => {
  const path = request.url ?? '/';
  const ask = path === '/healthz' ? { text: 'SELECT 1' } : asks[path];
  const [status, body] = ask === undefined ? [404, { error: 'no such page' }] : await answer(ask);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
server.listen(Number(port), host);
process.once('SIGTERM', () => {
  server.close(() => pool.end());
  server.closeAllConnections();
});

/** `prepared` keeps the statement on its connection under this name, as object mappers do. */
async function answer({ text, prepared }) {
  try {
    const { rows } = await pool.query({ text, ...(prepared === undefined ? {} : { name: prepared }) });
    const [value = null] = rows.length === 0 ? [] : Object.values(rows[0]);
    return [200, { rows: rows.length, is: value === null ? null : String(value) }];
  } catch (error) {
    console.error(`${error.code}: ${error.message}`);
    return [500, { error: 'internal error' }];
  }
}
