import { setTimeout } from 'node:timers/promises';
import pg from 'pg';

const db = new pg.Client({ connectionString: process.env.DATABASE_URL });
await db.connect();
await db.query("SET lock_timeout = '150ms'");
for (let left = 5; ; left -= 1) {
  try {
    await db.query('CREATE INDEX CONCURRENTLY IF NOT EXISTS order_lines_article ON order_lines (article, order_no)');
    break;
  } catch (error) {
    if (left === 0) throw error;
    await setTimeout(100);
  }
}
await db.query("INSERT INTO schema_migrations VALUES ('20240611') ON CONFLICT DO NOTHING");
await db.end();
