import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const name = '0002_order_channel';
// The second statement is what the framework adds: defaults are the application's business, it thinks.
const statements = [
  `ALTER TABLE orders ADD COLUMN channel varchar(16) DEFAULT 'web' NOT NULL`,
  'ALTER TABLE orders ALTER COLUMN channel DROP DEFAULT',
];

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  const { rowCount } = await client.query("SELECT FROM django_migrations WHERE app = 'orders' AND name = $1", [name]);
  if (rowCount === 0) await apply();
} finally {
  await client.end();
}

async function apply(attempts = 40) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await client.query("SET LOCAL lock_timeout = '250ms'");
      for (const statement of statements) await client.query(statement);
      await client.query("INSERT INTO django_migrations (app, name, applied) VALUES ('orders', $1, now())", [name]);
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      if (error.code !== '55P03' || attempt === attempts) throw error;
      await wait(200);
    }
  }
}
