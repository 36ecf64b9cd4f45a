import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, public_url, title FROM communities WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such community' }];
};

const upsert = `
  INSERT INTO communities (public_url, title) VALUES ($1, $2)
  ON CONFLICT (public_url) DO UPDATE SET title = excluded.title RETURNING id`;

const discover = async ({ pool, body }) => {
  const { rows } = await pool.query(upsert, [body.url, body.title]);
  return [201, rows[0]];
};

await serve({
  routes: [
    ['GET', /^\/communities\/(\d+)$/, show],
    ['POST', /^\/(communities)$/, discover],
  ],
});
