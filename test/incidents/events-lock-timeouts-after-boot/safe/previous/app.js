import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, kind FROM events WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such event' }];
};

const rerun = async ({ pool, id }) => {
  await pool.query('UPDATE events SET undone_jobs = undone_jobs + 1 WHERE id = $1', [id]);
  return [200, { id, queued: true }];
};

await serve({
  routes: [
    ['GET', /^\/events\/(\d+)$/, show],
    ['POST', /^\/events\/(\d+)\/rerun$/, rerun],
  ],
});
