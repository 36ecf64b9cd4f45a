import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const version = '26_session_realm';
const batch = 300;
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  const { rowCount } = await client.query('SELECT FROM schema_migrations WHERE version = $1', [version]);
  if (rowCount === 0) await migrate();
} finally {
  await client.end();
}

/** One change, one transaction: all of it is there or nothing is. */
async function migrate() {
  await client.query('BEGIN');
  await client.query("SET LOCAL lock_timeout = '2s'");
  await client.query('ALTER TABLE user_sessions ADD COLUMN realm text');
  for (let after = 0; after < 6000; after += batch) {
    await client.query("UPDATE user_sessions SET realm = 'main' WHERE id > $1 AND id <= $2", [after, after + batch]);
    // Slowly, so that the standbys keep up.
    await wait(120);
  }
  await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
  await client.query('COMMIT');
}
