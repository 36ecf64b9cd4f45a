import pg from 'pg';

const name = '002_context_words.js';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const { rowCount: applied } = await client.query('SELECT FROM knex_migrations WHERE name = $1', [name]);
if (applied === 0) {
  const { rowCount: taken } = await client.query('UPDATE knex_migrations_lock SET is_locked = 1 WHERE is_locked = 0');
  if (taken === 0) throw new Error('Migration table is already locked');
  await client.query('ALTER TABLE chart_views ADD COLUMN context_words integer');
  await client.query("UPDATE chart_views SET context_words = cardinality(regexp_split_to_array(context, '\\s+'))");
  await client.query('INSERT INTO knex_migrations (name, batch, migration_time) VALUES ($1, 2, now())', [name]);
  await client.query('UPDATE knex_migrations_lock SET is_locked = 0');
}
await client.end();
