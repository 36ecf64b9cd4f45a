import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const name = '002_context_words.js';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  const { rowCount: applied } = await client.query('SELECT FROM knex_migrations WHERE name = $1', [name]);
  if (applied === 0) await withShortLockTimeout(addColumn);
  // The new version counts what is not counted yet, so this may be interrupted and simply goes on next time.
  await fill();
} finally {
  await client.end();
}

async function addColumn() {
  await client.query('ALTER TABLE chart_views ADD COLUMN context_words integer');
  await client.query('INSERT INTO knex_migrations (name, batch, migration_time) VALUES ($1, 2, now())', [name]);
}

/** A batch that meets the limit of the server all the same is tried again, with fewer rows as far as that helps. */
async function fill(rowsAtOnce = 1500, cancelledMax = 20) {
  let cancelled = 0;
  for (let rows = rowsAtOnce, filled = rows; filled > 0; ) {
    try {
      filled = await withShortLockTimeout(() => fillSome(rows));
    } catch (error) {
      if (error.code !== '57014' || cancelled === cancelledMax) throw error;
      cancelled += 1;
      rows = Math.max(rows >> 1, rowsAtOnce >> 2);
    }
  }
}

async function fillSome(rows) {
  const { rowCount } = await client.query(
    `UPDATE chart_views SET context_words = cardinality(regexp_split_to_array(context, '\\s+')) WHERE id IN (
       SELECT id FROM chart_views WHERE context_words IS NULL ORDER BY id LIMIT $1 FOR UPDATE)`,
    [rows],
  );
  return rowCount;
}

async function withShortLockTimeout(change, attempts = 40) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await client.query("SET LOCAL lock_timeout = '200ms'");
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
