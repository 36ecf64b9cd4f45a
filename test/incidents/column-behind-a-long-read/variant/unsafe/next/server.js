import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT subject, status, escalated_at FROM desk.tickets WHERE ticket_no = $1', [
    id,
  ]);
  return rows.length === 1 ? [200, rows[0]] : [404, {}];
};

const close = async ({ pool, id }) => {
  await pool.query("UPDATE desk.tickets SET status = 'closed', escalated_at = NULL WHERE ticket_no = $1", [id]);
  return [204, {}];
};

await serve({
  routes: [
    ['GET', /^\/tickets\/(\d+)$/, show],
    ['DELETE', /^\/tickets\/(\d+)$/, close],
  ],
});
