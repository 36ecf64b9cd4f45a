import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT number, customer, state FROM orders WHERE number = $1', [id]);
  const parcels = await pool.query('SELECT tracking_code FROM parcels WHERE order_number = $1', [id]);
  return rows.length === 1 ? [200, { ...rows[0], parcels: parcels.rows }] : [404, {}];
};

const cancel = async ({ pool, id }) => {
  await pool.query("UPDATE orders SET state = 'cancelled' WHERE number = $1", [id]);
  return [204, {}];
};

await serve({
  routes: [
    ['GET', /^\/orders\/(\d+)$/, show],
    ['POST', /^\/orders\/(\d+)\/cancellation$/, cancel],
  ],
});
