import { createServer } from 'node:http';
import pg from 'pg';

/** Serves one mail service; `routes` are [method and path, handler]. */
export function serve(routes) {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 3 });
  pool.on('error', (error) => console.error(`idle connection lost: ${error.message}`));
  const server = createServer(async (request, response) => {
    const [, handler] = routes.find(([place]) => place === `${request.method} ${request.url}`) ?? [];
    const [status, body] = handler === undefined ? [404, {}] : await handler(pool).catch(failed);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(Number(process.env.PORT), process.env.HOST);
  process.once('SIGTERM', () => {
    server.close(() => pool.end());
    server.closeAllConnections();
  });
}

function failed(error) {
  console.error(error.message);
  return [500, {}];
}

export const common = [
  ['GET /up', async (pool) => [(await pool.query('SELECT 1')).rowCount === 1 ? 200 : 500, {}]],
  [
    'GET /deliveries/40',
    async (pool) => [200, (await pool.query('SELECT mailbox FROM deliveries WHERE id = 40')).rows[0]],
  ],
  [
    'PUT /deliveries/41/attempt',
    async (pool) => {
      await pool.query('UPDATE deliveries SET attempts = attempts + 1 WHERE id = $1', [41]);
      return [200, { attempted: 41 }];
    },
  ],
];
