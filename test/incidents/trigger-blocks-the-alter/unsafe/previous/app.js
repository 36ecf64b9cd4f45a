import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, address, owner FROM buildings WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such building' }];
};

const sell = async ({ pool, id, body }) => {
  if (body.to.length > 40) return [422, { error: 'that name is too long' }];
  await pool.query('UPDATE buildings SET owner = $2 WHERE id = $1', [id, body.to]);
  const { rows } = await pool.query('SELECT owner FROM building_history WHERE building_id = $1 ORDER BY id', [id]);
  return [200, { owner: body.to, earlier: rows.length > 0 }];
};

await serve({
  routes: [
    ['GET', /^\/buildings\/(\d+)$/, show],
    ['POST', /^\/buildings\/(\d+)\/sale$/, sell],
  ],
});
