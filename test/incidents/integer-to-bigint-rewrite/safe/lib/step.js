import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

export const client = new pg.Client({ connectionString: process.env.DATABASE_URL });

/** Runs `change` and its ledger row in one transaction, unless the ledger knows it. */
export async function step(version, change) {
  const { rowCount } = await client.query('SELECT FROM schema_migrations WHERE version = $1', [version]);
  if (rowCount > 0) return;
  await withShortLockTimeout(async () => {
    await change();
    await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
  });
}

/** Nobody queues behind a request for longer than 100 ms; the pause lets all of them through. */
export async function withShortLockTimeout(change, attempts = 40) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await client.query("SET LOCAL lock_timeout = '100ms'");
      const result = await change();
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      if (error.code !== '55P03' || attempt === attempts) throw error;
      await wait(250);
    }
  }
}
