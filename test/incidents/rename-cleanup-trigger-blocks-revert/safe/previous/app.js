import { serve } from '../lib/serve.js';

const shown = ({ rows: [row] }, status = 200) => (row === undefined ? [404, { error: 'none such' }] : [status, row]);

await serve({
  routes: [
    [
      'GET',
      /^\/merge_requests\/(\d+)$/,
      async ({ pool, id }) =>
        shown(await pool.query('SELECT id, merge_status AS status FROM merge_requests WHERE id = $1', [id])),
    ],
    [
      'POST',
      /^\/merge_requests\/(\d+)\/recheck$/,
      async ({ pool, id }) =>
        shown(
          await pool.query(
            "UPDATE merge_requests SET merge_status = 'checking' WHERE id = $1 RETURNING id, merge_status AS status",
            [id],
          ),
        ),
    ],
    [
      'POST',
      /^\/merge_requests$/,
      async ({ pool, body }) =>
        shown(
          await pool.query(
            "INSERT INTO merge_requests (title, merge_status) VALUES ($1, 'unchecked') RETURNING id, merge_status AS status",
            [body.title],
          ),
          201,
        ),
    ],
  ],
});
