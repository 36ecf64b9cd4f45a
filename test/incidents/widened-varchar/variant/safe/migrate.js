import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await widen();
await client.end();

async function widen(attemptsLeft = 40) {
  await client.query('BEGIN');
  try {
    await client.query("SELECT pg_advisory_xact_lock(1907), set_config('lock_timeout', '150ms', true)");
    const { rowCount } = await client.query("INSERT INTO applied VALUES ('2024-05-names') ON CONFLICT DO NOTHING");
    if (rowCount === 1) await client.query('ALTER TABLE citizens ALTER family_name TYPE character varying(90)');
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    if (error.code !== '55P03' || attemptsLeft === 0) throw error;
    await wait(200);
    await widen(attemptsLeft - 1);
  }
}
