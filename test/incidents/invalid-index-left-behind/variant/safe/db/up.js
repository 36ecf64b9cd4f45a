import { setTimeout } from 'node:timers/promises';
import pg from 'pg';

const db = new pg.Client({ connectionString: process.env.DATABASE_URL });
await db.connect();
await db.query("SET lock_timeout = '2500ms'");
let left = 12;
while (!(await isBuilt())) {
  await db.query('DROP INDEX CONCURRENTLY IF EXISTS order_lines_article');
  try {
    await db.query('CREATE INDEX CONCURRENTLY order_lines_article ON order_lines (article, order_no)');
  } catch (error) {
    left -= 1;
    if (error.code !== '55P03' || left === 0) throw error;
    await setTimeout(150);
  }
}
await db.query("INSERT INTO schema_migrations VALUES ('20240611') ON CONFLICT DO NOTHING");
await db.end();

async function isBuilt() {
  const { rowCount } = await db.query(
    "SELECT FROM pg_index WHERE indexrelid = to_regclass('order_lines_article') AND indisvalid",
  );
  return rowCount === 1;
}
