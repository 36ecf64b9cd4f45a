import pg from 'pg';

const version = '0058_fingerprint';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const { rowCount: applied } = await client.query('SELECT FROM schema_migrations WHERE version = $1', [version]);
if (applied === 0) {
  await addColumn();
  while (await fillBatch());
  await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
}
await client.end();

/** The next attempt finds it there. */
async function addColumn() {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query("BEGIN; SET LOCAL lock_timeout = '150ms'");
      await client.query('ALTER TABLE customers ADD COLUMN IF NOT EXISTS fingerprint text');
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      if (error.code !== '55P03' || attempt === 60) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Rows that somebody holds are left for a later batch. */
async function fillBatch() {
  await client.query(`
    UPDATE customers SET fingerprint = md5(repeat(notes || id, 700)) WHERE id IN (
      SELECT id FROM customers WHERE fingerprint IS NULL LIMIT 400 FOR UPDATE SKIP LOCKED)`);
  const { rowCount } = await client.query('SELECT FROM customers WHERE fingerprint IS NULL LIMIT 1');
  return rowCount === 1;
}
