import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const migrations = {
  '2024-11-pause': [
    'ALTER TABLE subscriptions DROP CONSTRAINT subscriptions_state_known',
    `ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_state_known
       CHECK (state IN ('trial', 'active', 'paused', 'cancelled')) NOT VALID`,
  ],
  '2024-11-pause-checked': ['ALTER TABLE subscriptions VALIDATE CONSTRAINT subscriptions_state_known'],
};

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
for (const [name, statements] of Object.entries(migrations)) await migrate(name, statements);
await client.end();

/** Steps back from a lock that somebody holds, and asks for it again a moment later. */
async function migrate(name, statements, attemptsLeft = 50) {
  await client.query('BEGIN');
  try {
    await client.query("SELECT pg_advisory_xact_lock(hashtext('migrations'))");
    const { rowCount } = await client.query('SELECT FROM migrations WHERE name = $1', [name]);
    if (rowCount === 0) {
      await client.query("SET LOCAL lock_timeout = '200ms'");
      for (const statement of statements) await client.query(statement);
      await client.query('INSERT INTO migrations (name) VALUES ($1)', [name]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    if (error.code !== '55P03' || attemptsLeft === 0) throw error;
    await wait(150);
    await migrate(name, statements, attemptsLeft - 1);
  }
}
