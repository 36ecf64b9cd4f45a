import { serve } from '../lib/serve.js';

const score = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT sum(points)::int AS total FROM points WHERE player = $1', [id]);
  return [200, { player: id, scored: rows[0].total > 0 }];
};

const award = async ({ pool, id, body }) => {
  const given = await pool.query('SELECT FROM points WHERE player = $1 AND reason = $2', [id, body.reason]);
  if (given.rowCount > 0) return [200, { awarded: false }];
  await pool.query('INSERT INTO points (player, reason, points) VALUES ($1, $2, 10)', [id, body.reason]);
  return [200, { awarded: true }];
};

await serve({
  routes: [
    ['GET', /^\/players\/(\d+)\/score$/, score],
    ['POST', /^\/players\/(\d+)\/points$/, award],
  ],
});
