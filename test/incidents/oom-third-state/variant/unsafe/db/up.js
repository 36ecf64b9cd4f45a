import { spawnSync } from 'node:child_process';
import pg from 'pg';

const name = '002_byte_count.js';
const client = new pg.Client();
await client.connect();
const { rowCount: applied } = await client.query('SELECT FROM knex_migrations WHERE name = $1', [name]);
if (applied === 0) {
  const { rowCount: taken } = await client.query('UPDATE knex_migrations_lock SET is_locked = 1 WHERE is_locked = 0');
  if (taken === 0) fail('Migration table is already locked');
  await client.query('ALTER TABLE documents ADD COLUMN byte_count integer');
  const child = spawnSync(process.execPath, ['count-bytes.js'], { stdio: 'inherit' });
  if (child.status !== 0) fail(`count-bytes.js ended with ${child.signal ?? child.status}`);
  await client.query('BEGIN');
  await client.query('INSERT INTO knex_migrations (name, batch, migration_time) VALUES ($1, 2, now())', [name]);
  await client.query('UPDATE knex_migrations_lock SET is_locked = 0');
  await client.query('COMMIT');
}
await client.end();

function fail(message) {
  console.error(message);
  process.exit(1);
}
