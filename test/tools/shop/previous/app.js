import { serve } from '../lib/serve.js';

const read = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, customer, total_cents FROM orders WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such order' }];
};

const write = async ({ pool, body }) => {
  const text = 'INSERT INTO orders (customer, total_cents) VALUES ($1, $2) RETURNING id';
  const { rows } = await pool.query(text, [body.customer, body.total_cents]);
  return [201, rows[0]];
};

await serve({
  routes: [
    ['GET', /^\/orders\/(\d+)$/, read],
    ['POST', /^\/(orders)$/, write],
  ],
});
