import { createServer } from 'node:http';
import pg from 'pg';

/** A page that is read on a standby shows an older tour, but never makes anybody wait for one. */
export function start(columns) {
  const book = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 3 });
  const browse = new pg.Pool({ connectionString: process.env.READ_DATABASE_URL, max: 3, query_timeout: 500 });
  for (const pool of [book, browse]) pool.on('error', (error) => console.error(error.message));
  const routes = {
    'GET tours': async (number) => {
      const { rows } = await browse.query(`SELECT ${columns} FROM guide.tours WHERE tour_no = $1`, [number]);
      return rows.length === 1 ? [200, rows[0]] : [404, {}];
    },
    'PUT bookings': async (number) => {
      await book.query('INSERT INTO guide.bookings (tour_no) VALUES ($1)', [number]);
      return [202, { booked: Number(number) }];
    },
    'GET up': async () => [200, { up: (await book.query('SELECT 1')).rowCount === 1 }],
  };
  const server = createServer(async (request, response) => {
    const [, page, number] = request.url.split('/');
    const handler = routes[`${request.method} ${page}`] ?? (async () => [404, {}]);
    const [status, body] = await handler(number).catch((error) => {
      console.error(`${request.method} ${page}: ${error.message}`);
      return [500, {}];
    });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(process.env.PORT, process.env.HOST);
  process.once('SIGTERM', () => process.exit(0));
}
