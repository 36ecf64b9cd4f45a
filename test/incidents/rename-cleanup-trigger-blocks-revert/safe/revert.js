import pg from 'pg';
import { inShortTransaction } from './lib/patient.js';

/** What depends on the columns goes first, whether it is there or not; then every column is brought to one end. */
const steps = [
  'DROP TRIGGER IF EXISTS sync_merge_status ON merge_requests',
  'DROP FUNCTION IF EXISTS sync_merge_status()',
  "ALTER TABLE merge_requests ADD COLUMN IF NOT EXISTS merge_status text DEFAULT 'unchecked'",
  'UPDATE merge_requests SET merge_status = detailed_merge_status',
  'ALTER TABLE merge_requests DROP COLUMN detailed_merge_status',
  "DELETE FROM schema_migrations WHERE version >= '20241001'",
];

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  await inShortTransaction(client, async () => {
    for (const step of steps) await client.query(step);
  });
} finally {
  await client.end();
}
