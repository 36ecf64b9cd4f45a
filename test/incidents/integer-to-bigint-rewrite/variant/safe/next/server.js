import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT tokens, labels FROM hourly_usage WHERE hour_no = $1', [id]);
  if (rows.length === 0) return [404, {}];
  return [200, { tokens: Number(rows[0].tokens), models: Object.keys(rows[0].labels).length }];
};

const use = async ({ pool, id, body }) => {
  await pool.query('UPDATE hourly_usage SET tokens = tokens + $2 WHERE hour_no = $1', [id, body.tokens]);
  return [202, { counted: true }];
};

await serve({
  routes: [
    ['GET', /^\/hours\/(\d+)$/, show],
    ['POST', /^\/hours\/(\d+)$/, use],
  ],
});
