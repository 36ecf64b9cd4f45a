import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const version = '002_notes_by_author';
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

/** IF NOT EXISTS would take the invalid index of a failed attempt for a finished one, so that is dropped first. */
async function buildIndex(attempts = 10) {
  await client.query("SET lock_timeout = '2s'");
  for (let attempt = 1; ; attempt += 1) {
    try {
      const valid = await indexIsValid();
      if (valid === true) return;
      if (valid === false) await client.query('DROP INDEX CONCURRENTLY notes_by_author');
      await client.query('CREATE INDEX CONCURRENTLY notes_by_author ON notes (author, id)');
      return;
    } catch (error) {
      if (error.code !== '55P03' || attempt === attempts) throw error;
      await wait(300);
    }
  }
}

/** Undefined where there is no such index at all. */
async function indexIsValid() {
  const { rows } = await client.query(
    "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('notes_by_author')",
  );
  return rows[0]?.indisvalid;
}
