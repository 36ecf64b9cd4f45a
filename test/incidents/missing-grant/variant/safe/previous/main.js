import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT email, blocked FROM customers WHERE customer_no = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, {}];
};

const block = async ({ pool, id }) => {
  await pool.query('UPDATE customers SET blocked = true WHERE customer_no = $1', [id]);
  return [200, { blocked: true }];
};

await serve({
  routes: [
    ['GET', /^\/customers\/(\d+)$/, show],
    ['POST', /^\/customers\/(\d+)\/block$/, block],
  ],
});
