import { serve } from '../lib/serve.js';

/** Rows that nobody has counted yet are counted here. */
const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, chart, context, context_words FROM chart_views WHERE id = $1', [id]);
  if (rows.length === 0) return [404, { error: 'no such view' }];
  const { context, context_words: words, ...view } = rows[0];
  return [200, { ...view, words: words ?? context.split(/\s+/).length }];
};

const record = async ({ pool, body }) => {
  const text = 'INSERT INTO chart_views (chart, context, context_words) VALUES ($1, $2, $3) RETURNING id';
  const { rows } = await pool.query(text, [body.chart, body.context, body.context.split(/\s+/).length]);
  return [201, rows[0]];
};

await serve({
  routes: [
    ['GET', /^\/views\/(\d+)$/, show],
    ['POST', /^\/(views)$/, record],
  ],
});
