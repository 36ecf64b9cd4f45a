import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, kind, seen FROM events WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such event' }];
};

const record = async ({ pool, body }) => {
  const { rows } = await pool.query('INSERT INTO events (kind) VALUES ($1) RETURNING id', [body.kind]);
  return [201, rows[0]];
};

await serve({
  routes: [
    ['GET', /^\/events\/(\d+)$/, show],
    ['POST', /^\/(events)$/, record],
  ],
});
