import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT celsius FROM readings WHERE reading_no = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, {}];
};

const report = async ({ pool, body }) => {
  await pool.query('INSERT INTO readings (station, celsius) VALUES ($1, $2)', [body.station, body.celsius]);
  return [202, {}];
};

await serve({
  routes: [
    ['GET', /^\/readings\/(\d+)$/, show],
    ['POST', /^\/(readings)$/, report],
  ],
});
