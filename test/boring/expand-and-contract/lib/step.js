import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

/** Runs statements and their ledger row in one transaction; waits for a lock 200 ms at most, and tries again. */
export async function step(version, statements, attempts = 40) {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM schema_migrations WHERE version = $1', [version]);
    if (rowCount > 0) return;
    for (let attempt = 1; !(await applied(client, version, statements, attempt === attempts)); attempt += 1) {
      await wait(200);
    }
  } finally {
    await client.end();
  }
}

async function applied(client, version, statements, isLast) {
  try {
    await client.query('BEGIN');
    await client.query("SET LOCAL lock_timeout = '200ms'");
    for (const statement of statements) await client.query(statement);
    await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
    await client.query('COMMIT');
    return true;
  } catch (error) {
    await client.query('ROLLBACK');
    if (error.code !== '55P03' || isLast) throw error;
    return false;
  }
}
