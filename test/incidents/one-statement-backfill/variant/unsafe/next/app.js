import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, sensor, checksum IS NOT NULL AS checked FROM readings WHERE id = $1', [
    id,
  ]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'nothing here' }];
};

const add = async ({ pool, body }) => {
  const { rows } = await pool.query(
    'INSERT INTO readings (sensor, raw, checksum) VALUES ($1, $2, md5($3)) RETURNING id',
    [body.sensor, body.raw, String(body.raw)],
  );
  return [201, { id: rows[0].id }];
};

await serve({
  routes: [
    ['GET', /^\/readings\/(\d+)$/, show],
    ['POST', /^\/readings$/, add],
  ],
});
