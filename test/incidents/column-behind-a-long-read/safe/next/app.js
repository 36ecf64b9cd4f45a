import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, kind, seen, source FROM events WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such event' }];
};

const record = async ({ pool, body }) => {
  const text = 'INSERT INTO events (kind, source) VALUES ($1, $2) RETURNING id';
  const { rows } = await pool.query(text, [body.kind, body.source ?? null]);
  return [201, rows[0]];
};

await serve({
  routes: [
    ['GET', /^\/events\/(\d+)$/, show],
    ['POST', /^\/(events)$/, record],
  ],
});
