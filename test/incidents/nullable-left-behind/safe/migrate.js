import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const name = '0002_organization_not_null';
const check = 'saved_searches_organization_present';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  const { rowCount: applied } = await client.query('SELECT FROM django_migrations WHERE name = $1', [name]);
  if (applied === 0) await makeOrganizationRequired();
} finally {
  await client.end();
}

/**
 * Each step may be the last one before a kill: the next start finds what is done and goes on. The check comes after the
 * filling, because it also looks at every old row that somebody updates.
 */
async function makeOrganizationRequired() {
  await fillOrganizations();
  const { rowCount: checked } = await client.query('SELECT FROM pg_constraint WHERE conname = $1', [check]);
  if (checked === 0) {
    await inShortTransaction(() =>
      client.query(`ALTER TABLE saved_searches ADD CONSTRAINT ${check} CHECK (organization_id IS NOT NULL) NOT VALID`),
    );
  }
  await inShortTransaction(() => client.query(`ALTER TABLE saved_searches VALIDATE CONSTRAINT ${check}`));
  await inShortTransaction(async () => {
    await client.query('ALTER TABLE saved_searches ALTER COLUMN organization_id SET NOT NULL');
    await client.query(`ALTER TABLE saved_searches DROP CONSTRAINT ${check}`);
    await client.query("INSERT INTO django_migrations (app, name, applied) VALUES ('searches', $1, now())", [name]);
  });
}

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

async function inShortTransaction(change, attempts = 40) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await client.query("SET LOCAL lock_timeout = '250ms'");
      await change();
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      if (error.code !== '55P03' || attempt === attempts) throw error;
      await wait(200);
    }
  }
}
