import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, state, delivered FROM parcels WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'nothing here' }];
};

const add = async ({ pool }) => {
  const { rows } = await pool.query("INSERT INTO parcels (state, delivered) VALUES ('new', false) RETURNING id");
  return [201, { id: rows[0].id }];
};

await serve({
  routes: [
    ['GET', /^\/parcels\/(\d+)$/, show],
    ['POST', /^\/parcels$/, add],
  ],
});
