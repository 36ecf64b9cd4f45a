import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, room FROM messages WHERE id = $1', [id]);
  return rows.length === 1
    ? [200, { id: Number(rows[0].id), room: rows[0].room }]
    : [404, { error: 'no such message' }];
};

const post = async ({ pool, body }) => {
  const text = 'INSERT INTO messages (room, body) VALUES ($1, $2) RETURNING id';
  const { rows } = await pool.query(text, [body.room, body.body]);
  return [201, { id: Number(rows[0].id) }];
};

await serve({
  routes: [
    ['GET', /^\/messages\/(\d+)$/, show],
    ['POST', /^\/(messages)$/, post],
  ],
});
