import { createServer } from 'node:http';
import pg from 'pg';

/** Serves `routes` ([method, pattern, handler]); writes go to one server, reads to whoever follows it. */
export async function serve({ routes }) {
  const main = open({ connectionString: process.env.DATABASE_URL });
  // A page that is not there after 600 ms has lost its visitor; what it asked is not to be waited for.
  const reads = open({ connectionString: process.env.READ_DATABASE_URL, statement_timeout: 600 });
  const healthz = ['GET', /^\/healthz$/, async () => (await main.query('SELECT 1')) && [200, { ok: true }]];
  const server = createServer(async (request, response) => {
    const [status, body] = await answer([healthz, ...routes], request, { main, reads });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(Number(process.env.PORT), process.env.HOST ?? '127.0.0.1');
  process.once('SIGTERM', () => {
    server.close(() => Promise.all([main.end(), reads.end()]));
    server.closeAllConnections();
  });
}

function open(options) {
  const pool = new pg.Pool({ max: 4, ...options });
  pool.on('error', (error) => console.error(`idle connection lost: ${error.message}`));
  return pool;
}

async function answer(routes, request, pools) {
  const path = new URL(request.url, 'http://localhost').pathname;
  const [, pattern, handler] = routes.find(([method, known]) => method === request.method && known.test(path)) ?? [];
  if (handler === undefined) return [404, { error: 'no such page' }];
  try {
    const text = (await request.setEncoding('utf8').toArray()).join('');
    return await handler({ ...pools, id: pattern.exec(path)[1], body: text === '' ? {} : JSON.parse(text) });
  } catch (error) {
    console.error(`${request.method} ${path}: ${error.message}`);
    return [503, { error: 'try again later' }];
  }
}
