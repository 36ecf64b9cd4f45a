import { createServer } from 'node:http';
import pg from 'pg';

/** Each version brings its own: 0.15.1 asks `graphile_worker.jobs`, 0.16.6 `graphile_worker._private_jobs`. */
const { makeWorkerUtils } = await import(`graphile-worker-${process.env.REHEARSAL_VERSION}`);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 3 });
pool.on('error', (error) => console.error(error.message));
const utils = await makeWorkerUtils({ pgPool: pool });

const answers = {
  'GET /healthz': async () => (await pool.query('SELECT true AS ok')).rows[0],
  'GET /mails': async () => (await pool.query('SELECT count(*) > 0 AS sent FROM mails')).rows[0],
  'POST /mails': async () => ({ queued: Number((await utils.addJob('mail', { to: 7 })).id) > 0 }),
};

const server = createServer(async (request, response) => {
  try {
    const body = await answers[`${request.method} ${request.url}`]();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
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
