import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, title FROM articles WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such article' }];
};

const save = async ({ pool, id, body }) => {
  await pool.query('UPDATE articles SET title = $2, saved_at = now() WHERE id = $1', [id, body.title]);
  return [200, { id, saved: true }];
};

await serve({
  routes: [
    ['GET', /^\/articles\/(\d+)$/, show],
    ['PUT', /^\/articles\/(\d+)$/, save],
  ],
});
