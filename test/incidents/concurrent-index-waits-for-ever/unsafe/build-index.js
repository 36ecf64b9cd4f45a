import pg from 'pg';

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
// Since the night on which it waited until noon.
await client.query("SET statement_timeout = '1200ms'");
await client.query('CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_by_customer ON orders (customer_id)');
await client.query("INSERT INTO schema_versions VALUES ('031') ON CONFLICT DO NOTHING");
await client.end();
