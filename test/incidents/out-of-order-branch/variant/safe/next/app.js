import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query(
    'SELECT id, title, (SELECT count(*)::int FROM page_names WHERE page = pages.id) AS names FROM pages WHERE id = $1',
    [id],
  );
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'nothing here' }];
};

const add = async ({ pool, body }) => {
  const { rows } = await pool.query('INSERT INTO pages (title) VALUES ($1) RETURNING id', [body.title]);
  return [201, { id: rows[0].id }];
};

await serve({
  routes: [
    ['GET', /^\/pages\/(\d+)$/, show],
    ['POST', /^\/pages$/, add],
  ],
});
