import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const version = '26_session_realm';
const attempts = 40;
const batch = 2000;
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  const { rowCount } = await client.query('SELECT FROM schema_migrations WHERE version = $1', [version]);
  if (rowCount === 0) {
    await addColumn();
    await fill();
    await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
  }
} finally {
  await client.end();
}

/** The lock is gone before anybody on either server notices. */
async function addColumn() {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await client.query("SET LOCAL lock_timeout = '200ms'");
      await client.query('ALTER TABLE user_sessions ADD COLUMN IF NOT EXISTS realm text');
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      if (error.code !== '55P03' || attempt === attempts) throw error;
      await wait(250);
    }
  }
}

/** Each batch commits by itself, and one that was done is done: an interrupted run goes on where it was. */
async function fill() {
  for (;;) {
    const { rowCount } = await client.query(
      `UPDATE user_sessions SET realm = 'main'
        WHERE id IN (SELECT id FROM user_sessions WHERE realm IS NULL ORDER BY id LIMIT ${batch})`,
    );
    if (rowCount === 0) return;
    await wait(5);
  }
}
