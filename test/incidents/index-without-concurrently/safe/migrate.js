import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const version = '0010_article_search';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  const { rowCount } = await client.query('SELECT FROM schema_migrations WHERE version = $1', [version]);
  if (rowCount === 0) {
    await buildIndex();
    await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
  }
} finally {
  await client.end();
}

/** A build waits for transactions that are open, and nobody waits for a build: so the limit may be a generous one. */
async function buildIndex(attempts = 10) {
  await client.query("SET lock_timeout = '3s'");
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { rows } = await client.query(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('articles_search')",
      );
      if (rows[0]?.indisvalid) return;
      if (rows.length > 0) await client.query('DROP INDEX CONCURRENTLY articles_search');
      await client.query(
        "CREATE INDEX CONCURRENTLY articles_search ON articles USING gin (to_tsvector('english', body))",
      );
      return;
    } catch (error) {
      if (error.code !== '55P03' || attempt === attempts) throw error;
      await wait(300);
    }
  }
}
