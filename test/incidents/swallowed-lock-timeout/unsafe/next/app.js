import { serve } from '../lib/serve.js';

const acknowledge = `
  UPDATE alerts SET status = 'acknowledged', acknowledged_by = $2, updated_at = now() WHERE id = $1`;

await serve({
  routes: [
    [
      'GET',
      /^\/alerts$/,
      async ({ pool }) => {
        const { rows } = await pool.query("SELECT id, title FROM alerts WHERE status = 'open' ORDER BY id LIMIT 20");
        return [200, { open: rows.length > 0, alerts: rows }];
      },
    ],
    [
      'POST',
      /^\/alerts\/(\d+)\/acknowledge$/,
      async ({ pool, id, body }) => {
        await pool.query(acknowledge, [id, body.by ?? 'somebody']);
        return [200, { acknowledged: true }];
      },
    ],
  ],
});
