import { serve } from '../lib/serve.js';

/** The busiest query: planned once on each connection. */
const byId = (id) => ({ name: 'parcel-by-id', text: 'SELECT * FROM parcels WHERE id = $1', values: [id] });

const show = async ({ pool, id }) => {
  const { rows } = await pool.query(byId(id));
  return [200, { recipient: rows[0].recipient }];
};

const weigh = async ({ pool, id }) => {
  const { rowCount } = await pool.query('UPDATE parcels SET weighed_at = now() WHERE id = $1', [id]);
  return [200, { weighed: rowCount === 1 }];
};

await serve({
  routes: [
    ['GET', /^\/parcels\/(\d+)$/, show],
    ['POST', /^\/parcels\/(\d+)\/weigh$/, weigh],
  ],
});
