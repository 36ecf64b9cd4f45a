import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, order_no, article FROM order_lines WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'nothing here' }];
};

const add = async ({ pool, body }) => {
  const { rows } = await pool.query('INSERT INTO order_lines (order_no, article) VALUES (1, $1) RETURNING id', [
    body.article,
  ]);
  return [201, { id: rows[0].id }];
};

await serve({
  routes: [
    ['GET', /^\/lines\/(\d+)$/, show],
    ['POST', /^\/lines$/, add],
  ],
});
