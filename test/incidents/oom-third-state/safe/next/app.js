import { createHash } from 'node:crypto';
import { serve } from '../lib/serve.js';

async function checkSchema(pool) {
  const { rows } = await pool.query('SELECT version, dirty FROM schema_migrations');
  if (rows[0].dirty) throw new Error(`the database is dirty at version ${rows[0].version}`);
  if (Number(rows[0].version) < 24) throw new Error(`the database is at version ${rows[0].version}, 24 is needed`);
  await pool.query('SELECT checksum FROM notifications LIMIT 0');
}

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, channel, sent_at, checksum FROM notifications WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such notification' }];
};

/** Rows that have no checksum yet get theirs on the way. */
const resend = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT body, checksum FROM notifications WHERE id = $1', [id]);
  const checksum = rows[0].checksum ?? createHash('sha256').update(rows[0].body).digest('hex');
  await pool.query('UPDATE notifications SET sent_at = now(), checksum = $2 WHERE id = $1', [id, checksum]);
  return [202, { queued: true, checksum }];
};

await serve({
  boot: checkSchema,
  routes: [
    ['GET', /^\/notifications\/(\d+)$/, show],
    ['POST', /^\/notifications\/(\d+)\/resend$/, resend],
  ],
});
