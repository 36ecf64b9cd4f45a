import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT station, celsius FROM readings WHERE reading_no = $1', [id]);
  if (rows.length === 0) return [404, {}];
  const highest = await pool.query('SELECT max(celsius) AS record FROM readings WHERE station = $1', [rows[0].station]);
  return [200, { celsius: rows[0].celsius, ...highest.rows[0] }];
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
