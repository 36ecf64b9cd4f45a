import { serve } from '../lib/serve.js';

/** Newer schemas are meant to be compatible; a dirty one is not any version's schema. */
async function checkSchema(pool) {
  const { rows } = await pool.query('SELECT version, dirty FROM schema_migrations');
  if (rows[0].dirty) throw new Error(`the database is dirty at version ${rows[0].version}`);
  if (Number(rows[0].version) < 23) throw new Error(`the database is at version ${rows[0].version}, 23 is needed`);
}

await serve({
  boot: checkSchema,
  routes: [
    [
      'GET',
      /^\/notifications\/(\d+)$/,
      async ({ pool, id }) => {
        const { rows } = await pool.query('SELECT id, channel, sent_at FROM notifications WHERE id = $1', [id]);
        return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such notification' }];
      },
    ],
    [
      'POST',
      /^\/notifications\/(\d+)\/resend$/,
      async ({ pool, id }) => {
        await pool.query('UPDATE notifications SET sent_at = now() WHERE id = $1', [id]);
        return [202, { queued: true }];
      },
    ],
  ],
});
