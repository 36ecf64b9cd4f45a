import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT email, blocked FROM customers WHERE customer_no = $1', [id]);
  const trail = await pool.query('SELECT what FROM audit WHERE customer_no = $1 ORDER BY entry', [id]);
  return rows.length === 1 ? [200, { ...rows[0], trail: trail.rows }] : [404, {}];
};

const block = async ({ pool, id }) => {
  await pool.query('UPDATE customers SET blocked = true WHERE customer_no = $1', [id]);
  await pool.query("INSERT INTO audit (customer_no, what) VALUES ($1, 'blocked')", [id]);
  return [200, { blocked: true }];
};

await serve({
  routes: [
    ['GET', /^\/customers\/(\d+)$/, show],
    ['POST', /^\/customers\/(\d+)\/block$/, block],
  ],
});
