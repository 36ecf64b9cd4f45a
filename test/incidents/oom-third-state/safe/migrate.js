import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const target = 24;
const rowsAtOnce = 800;
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  const { rows: ledger } = await client.query('SELECT version FROM schema_migrations');
  if (Number(ledger[0].version) < target) await inShortTransaction(addColumn);
  // The new version computes a checksum that is missing, so this part may be interrupted and simply goes on next time.
  while ((await inShortTransaction(fillSome)) > 0);
} finally {
  await client.end();
}

async function addColumn() {
  await client.query('ALTER TABLE notifications ADD COLUMN checksum text');
  await client.query('UPDATE schema_migrations SET version = $1, dirty = false', [target]);
}

/** The server computes, so no body travels; gives the number of rows that it filled. */
async function fillSome() {
  const { rowCount } = await client.query(
    `UPDATE notifications SET checksum = encode(sha256(convert_to(body, 'UTF8')), 'hex') WHERE id IN (
       SELECT id FROM notifications WHERE checksum IS NULL ORDER BY id LIMIT $1 FOR UPDATE)`,
    [rowsAtOnce],
  );
  return rowCount;
}

/** Waits at most 300 ms for a lock, on a table or a row, and tries again for about twenty seconds. */
async function inShortTransaction(change, attempts = 40) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await client.query("SET LOCAL lock_timeout = '300ms'");
      const result = await change();
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      if (error.code !== '55P03' || attempt === attempts) throw error;
      await wait(200);
    }
  }
}
