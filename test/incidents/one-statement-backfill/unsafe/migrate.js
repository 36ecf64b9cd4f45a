import pg from 'pg';

const version = '0058_fingerprint';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const { rowCount: applied } = await client.query('SELECT FROM schema_migrations WHERE version = $1', [version]);
if (applied === 0) {
  await client.query('BEGIN');
  await client.query("SET LOCAL lock_timeout = '5s'");
  await client.query('ALTER TABLE customers ADD COLUMN fingerprint text');
  await client.query('UPDATE customers SET fingerprint = md5(repeat(notes || id, 700))');
  await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
  await client.query('COMMIT');
}
await client.end();
