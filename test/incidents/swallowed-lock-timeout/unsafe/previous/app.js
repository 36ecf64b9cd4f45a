import { serve } from '../lib/serve.js';

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
      async ({ pool, id }) => {
        await pool.query("UPDATE alerts SET status = 'acknowledged', updated_at = now() WHERE id = $1", [id]);
        return [200, { acknowledged: true }];
      },
    ],
  ],
});
