import pg from 'pg';
import { patiently } from './lib/patient.js';
import { sync } from './lib/sync.js';

/** The mirror image of both phases: the old column comes back, is kept equal, and the new one goes. */
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  await client.query("SET lock_timeout = '300ms'");
  await patiently(client, "ALTER TABLE merge_requests ADD COLUMN IF NOT EXISTS merge_status text DEFAULT 'unchecked'");
  await patiently(client, sync);
  await patiently(client, 'UPDATE merge_requests SET merge_status = detailed_merge_status');
  await patiently(client, 'ALTER TABLE merge_requests DROP COLUMN detailed_merge_status');
  await client.query("DELETE FROM schema_migrations WHERE version >= '20241001'");
} finally {
  await client.end();
}
