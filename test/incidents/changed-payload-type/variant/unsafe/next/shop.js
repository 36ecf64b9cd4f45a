import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query(
    'SELECT lower(terms::int4range) AS lowest FROM saved_filters WHERE filter_id = $1',
    [id],
  );
  return [200, { from: rows[0].lowest }];
};

const keep = async ({ pool, id, body }) => {
  await pool.query('UPDATE saved_filters SET customer_id = $2 WHERE filter_id = $1', [id, body.customer]);
  return [200, { kept: true }];
};

await serve({
  routes: [
    ['GET', /^\/filters\/(\d+)$/, show],
    ['PUT', /^\/filters\/(\d+)\/owner$/, keep],
  ],
});
