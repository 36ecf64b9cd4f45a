import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, chart FROM chart_views WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such view' }];
};

const record = async ({ pool, body }) => {
  const text = 'INSERT INTO chart_views (chart, context) VALUES ($1, $2) RETURNING id';
  const { rows } = await pool.query(text, [body.chart, body.context]);
  return [201, rows[0]];
};

await serve({
  routes: [
    ['GET', /^\/views\/(\d+)$/, show],
    ['POST', /^\/(views)$/, record],
  ],
});
