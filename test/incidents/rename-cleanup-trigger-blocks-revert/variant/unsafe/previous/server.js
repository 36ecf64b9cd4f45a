import { serve } from '../lib/serve.js';

await serve({
  routes: [
    [
      'GET',
      /^\/parcels\/(\d+)$/,
      async ({ pool, id }) => [
        200,
        (await pool.query('SELECT id, carrier AS carrier FROM parcels WHERE id = $1', [id])).rows[0],
      ],
    ],
    [
      'PUT',
      /^\/parcels\/(\d+)\/carrier$/,
      async ({ pool, id, body }) => {
        const change = 'UPDATE parcels SET carrier = $2 WHERE id = $1 RETURNING id, carrier AS carrier';
        return [200, (await pool.query(change, [id, body.name])).rows[0]];
      },
    ],
  ],
});
