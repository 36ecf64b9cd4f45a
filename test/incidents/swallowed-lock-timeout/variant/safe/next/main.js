import { serve } from '../lib/serve.js';

const read = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, summary, state, resolved_by FROM incidents WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such incident' }];
};

const resolve = async ({ pool, id, body }) => {
  await pool.query("UPDATE incidents SET state = 'resolved', resolved_by = $2 WHERE id = $1", [id, body.person]);
  return [200, { id }];
};

await serve({
  routes: [
    ['GET', /^\/incidents\/(\d+)$/, read],
    ['PUT', /^\/incidents\/(\d+)\/resolution$/, resolve],
  ],
});
