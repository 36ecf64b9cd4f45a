import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, thread_id, body FROM posts WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'nothing here' }];
};

const add = async ({ pool, body }) => {
  const { rows } = await pool.query('INSERT INTO posts (thread_id, body) VALUES (1, $1) RETURNING id', [body.text]);
  return [201, { id: rows[0].id }];
};

await serve({
  routes: [
    ['GET', /^\/posts\/(\d+)$/, show],
    ['POST', /^\/posts$/, add],
  ],
});
