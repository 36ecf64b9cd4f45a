import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const target = 24;
const readAtOnce = 50;
const writtenAtOnce = 1000;
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  const { rows: ledger } = await client.query('SELECT version FROM schema_migrations');
  if (Number(ledger[0].version) < target) await inShortTransaction(addColumn);
  // The new version computes a checksum that is missing, so this part may be interrupted and simply goes on next time.
  for (let after = '0'; after !== undefined; ) after = await fillFrom(after);
} finally {
  await client.end();
}

async function addColumn() {
  await client.query('ALTER TABLE notifications ADD COLUMN checksum text');
  await client.query('UPDATE schema_migrations SET version = $1, dirty = false', [target]);
}

/** Fills up to a thousand rows after the given id; gives the last id it saw, undefined when no row is left. */
async function fillFrom(after) {
  const ids = [];
  const checksums = [];
  let last = after;
  while (ids.length < writtenAtOnce) {
    const { rows } = await client.query(
      'SELECT id, body FROM notifications WHERE id > $1 AND checksum IS NULL ORDER BY id LIMIT $2',
      [last, readAtOnce],
    );
    for (const { id, body } of rows) {
      ids.push(id);
      checksums.push(createHash('sha256').update(body).digest('hex'));
    }
    if (rows.length === 0) break;
    last = rows[rows.length - 1].id;
  }
  if (ids.length === 0) return undefined;
  await inShortTransaction(() =>
    client.query(
      `UPDATE notifications SET checksum = computed.checksum
       FROM unnest($1::bigint[], $2::text[]) AS computed (id, checksum) WHERE computed.id = notifications.id`,
      [ids, checksums],
    ),
  );
  return last;
}

/** Waits at most 300 ms for a lock, on a table or a row, and tries again for about twenty seconds. */
async function inShortTransaction(change, attempts = 40) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await client.query("SET LOCAL lock_timeout = '300ms'");
      await change();
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      if (error.code !== '55P03' || attempt === attempts) throw error;
      await wait(200);
    }
  }
}
