import { spawnSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const name = '002_byte_count.js';
const client = new pg.Client();
await client.connect();
// Ends with the connection, whatever becomes of this process.
await client.query("SELECT pg_advisory_lock(hashtext('migrations'))");
const { rowCount: applied } = await client.query('SELECT FROM knex_migrations WHERE name = $1', [name]);
if (applied === 0) await addByteCount();
// Counting may be repeated: it only looks at documents that have no count.
const child = spawnSync(process.execPath, ['count-bytes.js'], { stdio: 'inherit' });
await client.end();
process.exitCode = child.status ?? 1;

async function addByteCount(triesLeft = 50) {
  try {
    await client.query('BEGIN');
    await client.query("SET LOCAL lock_timeout = '250ms'");
    await client.query('ALTER TABLE documents ADD COLUMN byte_count integer');
    await client.query('INSERT INTO knex_migrations (name, batch, migration_time) VALUES ($1, 2, now())', [name]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    if (error.code !== '55P03' || triesLeft === 0) throw error;
    await wait(150);
    await addByteCount(triesLeft - 1);
  }
}
