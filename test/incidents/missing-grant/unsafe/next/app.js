import { serve } from '../lib/serve.js';

const shown = `
  SELECT id, workers.name, tag, worker_groups.config FROM workers
  LEFT JOIN worker_groups ON worker_groups.name = tag WHERE id = $1`;

const show = async ({ pool, id }) => {
  const { rows } = await pool.query(shown, [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such worker' }];
};

const retag = async ({ pool, id, body }) => {
  await pool.query('UPDATE workers SET tag = $2 WHERE id = $1', [id, body.tag]);
  return [200, { id, tag: body.tag }];
};

await serve({
  routes: [
    ['GET', /^\/workers\/(\d+)$/, show],
    ['PUT', /^\/workers\/(\d+)\/tag$/, retag],
  ],
});
