import pg from 'pg';

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  await client.query('BEGIN');
  await client.query('CREATE TABLE IF NOT EXISTS bounces (mailbox text PRIMARY KEY, reason text NOT NULL)');
  await client.query("INSERT INTO applied (step) VALUES ('bounces') ON CONFLICT DO NOTHING");
  await client.query('COMMIT');
} finally {
  await client.end();
}
