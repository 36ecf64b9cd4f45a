import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const version = '008_event_source';
const attempts = 40;
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  const { rowCount } = await client.query('SELECT FROM schema_migrations WHERE version = $1', [version]);
  if (rowCount === 0) await addColumn();
} finally {
  await client.end();
}

/** Whoever queues behind the request waits 200 ms at most; the pause lets them all through. */
async function addColumn() {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await client.query("SET LOCAL lock_timeout = '200ms'");
      await client.query('ALTER TABLE events ADD COLUMN source varchar(32)');
      await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      if (error.code !== '55P03' || attempt === attempts) throw error;
      await wait(250);
    }
  }
}
