import { serve } from '../lib/serve.js';

/** `10-60` and `[10,60)` mean the same. */
const lowest = (terms) => Number(/\d+/.exec(terms)[0]);

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT terms::text AS terms FROM saved_filters WHERE filter_id = $1', [id]);
  return [200, { from: lowest(rows[0].terms) }];
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
