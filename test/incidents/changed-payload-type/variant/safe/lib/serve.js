import { createServer } from 'node:http';
import pg from 'pg';

/** Serves `routes` ([method, pattern, handler]) over one pool, says one line a request, and ends both on SIGTERM. */
export async function serve({ boot = async () => undefined, routes }) {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4 });
  pool.on('error', (error) => console.error(`idle connection lost: ${error.message}`));
  const context = await boot(pool).catch((error) => {
    console.error(`refusing to start: ${error.message}`);
    process.exit(1);
  });
  const healthz = ['GET', /^\/healthz$/, async () => (await pool.query('SELECT 1')) && [200, { ok: true }]];
  const server = createServer((request, response) => respond(request, response, [healthz, ...routes], pool, context));
  server.listen(Number(process.env.PORT), process.env.HOST ?? '127.0.0.1');
  process.once('SIGTERM', () => {
    server.close(() => pool.end());
    server.closeAllConnections();
  });
}

async function respond(request, response, routes, pool, context) {
  const startedAt = Date.now();
  const path = new URL(request.url, 'http://localhost').pathname;
  const route = routes.find(([method, pattern]) => method === request.method && pattern.test(path));
  const [status, body] = await answer(route, path, request, pool, context);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  console.log(`${request.method} ${path} ${status} ${Date.now() - startedAt}ms`);
}

async function answer(route, path, request, pool, context) {
  if (route === undefined) return [404, { error: 'no such page' }];
  const [, pattern, handler] = route;
  try {
    const text = (await request.setEncoding('utf8').toArray()).join('');
    const body = text === '' ? {} : JSON.parse(text);
    return await handler({ pool, context, id: pattern.exec(path)[1], body });
  } catch (error) {
    console.error(`${request.method} ${path}: ${error.message}`);
    return [500, { error: 'internal error' }];
  }
}
