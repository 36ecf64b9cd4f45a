import { serve } from '../lib/serve.js';

const read = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, author, body FROM notes WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such note' }];
};

const write = async ({ pool, body }) => {
  const text = 'INSERT INTO notes (author, body) VALUES ($1, $2) RETURNING id';
  const { rows } = await pool.query(text, [body.author, body.body]);
  return [201, rows[0]];
};

await serve({
  routes: [
    ['GET', /^\/notes\/(\d+)$/, read],
    ['POST', /^\/(notes)$/, write],
  ],
});
