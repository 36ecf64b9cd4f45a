import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const version = '20260118_unique_communities';
const statements = [
  // Readers go on; no writer can bring another duplicate before the index is there.
  'LOCK TABLE communities IN SHARE ROW EXCLUSIVE MODE',
  `UPDATE subscriptions SET community_id = kept.id
   FROM communities AS doubled
   JOIN (SELECT public_url, min(id) AS id FROM communities GROUP BY public_url) AS kept USING (public_url)
   WHERE doubled.id = subscriptions.community_id AND doubled.id <> kept.id`,
  `DELETE FROM communities AS doubled USING communities AS kept
   WHERE kept.public_url = doubled.public_url AND kept.id < doubled.id`,
  'CREATE UNIQUE INDEX communities_public_url ON communities (public_url)',
];

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  const { rowCount } = await client.query('SELECT FROM schema_migrations WHERE version = $1', [version]);
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
      await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      if (error.code !== '55P03' || attempt === attempts) throw error;
      await wait(200);
    }
  }
}
