import { serve } from '../lib/serve.js';

const byCustomer = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, state FROM orders WHERE customer_id = $1 AND id > 0 ORDER BY id', [id]);
  return [200, rows];
};

const pay = async ({ pool, id }) => {
  await pool.query("UPDATE orders SET state = 'paid' WHERE id = $1", [id]);
  return [204, {}];
};

await serve({
  routes: [
    ['GET', /^\/customers\/(\d+)\/orders$/, byCustomer],
    ['PUT', /^\/orders\/(\d+)\/paid$/, pay],
  ],
});
