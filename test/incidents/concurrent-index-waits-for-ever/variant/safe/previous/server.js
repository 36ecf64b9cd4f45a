import { serve } from '../lib/serve.js';

const trips = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT count(*)::int AS trips FROM fleet.trips WHERE van = $1', [id]);
  return [200, rows[0]];
};

const end = async ({ pool, id }) => {
  await pool.query('UPDATE fleet.trips SET ended_at = now() WHERE trip_no = $1', [id]);
  return [204, {}];
};

await serve({
  routes: [
    ['GET', /^\/vans\/(\d+)\/trips$/, trips],
    ['DELETE', /^\/trips\/(\d+)$/, end],
  ],
});
