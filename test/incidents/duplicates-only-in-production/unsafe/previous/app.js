import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, public_url, title FROM communities WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such community' }];
};

/** Looks first and inserts then: who asks at the same moment inserts as well. */
const discover = async ({ pool, body }) => {
  const { rows } = await pool.query('SELECT id FROM communities WHERE public_url = $1', [body.url]);
  if (rows.length > 0) return [200, rows[0]];
  const text = 'INSERT INTO communities (public_url, title) VALUES ($1, $2) RETURNING id';
  const inserted = await pool.query(text, [body.url, body.title]);
  return [201, inserted.rows[0]];
};

await serve({
  routes: [
    ['GET', /^\/communities\/(\d+)$/, show],
    ['POST', /^\/(communities)$/, discover],
  ],
});
