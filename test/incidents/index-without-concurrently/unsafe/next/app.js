import { serve } from '../lib/serve.js';

const search = `
  SELECT id, title FROM articles
  WHERE to_tsvector('english', body) @@ plainto_tsquery('english', $1) ORDER BY id LIMIT 10`;

const find = async ({ pool, id: word }) => {
  const { rows } = await pool.query(search, [word]);
  return [200, { found: rows.length > 0, articles: rows }];
};

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
    ['GET', /^\/search\/(\w+)$/, find],
    ['GET', /^\/articles\/(\d+)$/, show],
    ['PUT', /^\/articles\/(\d+)$/, save],
  ],
});
