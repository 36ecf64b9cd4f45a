import pg from 'pg';

const version = '0058_display_name';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const { rowCount: applied } = await client.query('SELECT FROM schema_migrations WHERE version = $1', [version]);
if (applied === 0) {
  await client.query('BEGIN');
  await client.query("SET LOCAL lock_timeout = '5s'");
  await client.query('ALTER TABLE customers ADD COLUMN display_name text');
  await client.query("UPDATE customers SET display_name = given_name || ' ' || family_name");
  await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
  await client.query('COMMIT');
}
await client.end();
