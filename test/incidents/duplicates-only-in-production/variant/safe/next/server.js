import { serve } from '../lib/serve.js';

const score = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT sum(points)::int AS total FROM points WHERE player = $1', [id]);
  return [200, { player: id, scored: rows[0].total > 0 }];
};

const award = async ({ pool, id, body }) => {
  const text =
    'INSERT INTO points (player, reason, points) VALUES ($1, $2, 10) ON CONFLICT (player, reason) DO NOTHING';
  const { rowCount } = await pool.query(text, [id, body.reason]);
  return [200, { awarded: rowCount === 1 }];
};

await serve({
  routes: [
    ['GET', /^\/players\/(\d+)\/score$/, score],
    ['POST', /^\/players\/(\d+)\/points$/, award],
  ],
});
