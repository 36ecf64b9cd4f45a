import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const version = '000112_posts_by_thread';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  const { rowCount } = await client.query('SELECT FROM db_migrations WHERE version = $1', [version]);
  if (rowCount === 0) {
    await buildIndex();
    await client.query('INSERT INTO db_migrations VALUES ($1)', [version]);
  }
} finally {
  await client.end();
}

/** The name proves nothing: what a lost build left is dropped before the next attempt. */
async function buildIndex(attempts = 10) {
  await client.query("SET lock_timeout = '3s'");
  for (let attempt = 1; ; attempt += 1) {
    try {
      const valid = await indexIsValid();
      if (valid === true) return;
      if (valid === false) await client.query('DROP INDEX CONCURRENTLY posts_by_thread');
      await client.query('CREATE INDEX CONCURRENTLY posts_by_thread ON posts (thread_id, id)');
      return;
    } catch (error) {
      if (error.code !== '55P03' || attempt === attempts) throw error;
      await wait(200);
    }
  }
}

/** Undefined where there is no such index at all. */
async function indexIsValid() {
  const { rows } = await client.query(
    "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('posts_by_thread')",
  );
  return rows[0]?.indisvalid;
}
