import { serve } from '../lib/serve.js';

const read = async ({ pool, id }) => {
  const text = 'SELECT id, customer, total_cents, currency FROM orders WHERE id = $1';
  const { rows } = await pool.query(text, [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such order' }];
};

const write = async ({ pool, body }) => {
  const text = 'INSERT INTO orders (customer, total_cents, currency) VALUES ($1, $2, $3) RETURNING id';
  const { rows } = await pool.query(text, [body.customer, body.total_cents, body.currency ?? 'EUR']);
  return [201, rows[0]];
};

const ship = async ({ pool, id, body }) => {
  const text = 'INSERT INTO shipments (order_id, carrier) VALUES ($1, $2) RETURNING id';
  const { rows } = await pool.query(text, [id, body.carrier]);
  return [201, rows[0]];
};

await serve({
  routes: [
    ['GET', /^\/orders\/(\d+)$/, read],
    ['POST', /^\/(orders)$/, write],
    ['POST', /^\/orders\/(\d+)\/shipments$/, ship],
  ],
});
