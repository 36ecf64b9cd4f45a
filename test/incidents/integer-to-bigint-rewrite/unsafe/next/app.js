import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, room, edited_at FROM messages WHERE id = $1', [id]);
  if (rows.length === 0) return [404, { error: 'no such message' }];
  const { edited_at: editedAt, ...message } = rows[0];
  return [200, { ...message, id: Number(message.id), edited: editedAt !== null }];
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
