import pg from 'pg';
import { patiently } from './lib/patient.js';
import { sync } from './lib/sync.js';

const fill = `
  UPDATE merge_requests SET detailed_merge_status = merge_status WHERE id IN (
    SELECT id FROM merge_requests WHERE detailed_merge_status IS NULL ORDER BY id LIMIT 5000 FOR UPDATE)`;

const migrations = {
  regular: {
    version: '20241001_rename_merge_status',
    async up(client) {
      await patiently(client, 'ALTER TABLE merge_requests ADD COLUMN IF NOT EXISTS detailed_merge_status text');
      await patiently(client, sync);
      while ((await patiently(client, fill)).rowCount > 0);
    },
  },
  'clean-up': {
    version: '20241002_cleanup_merge_status',
    async up(client) {
      const drops = [
        'DROP TRIGGER IF EXISTS sync_merge_status ON merge_requests',
        'DROP FUNCTION IF EXISTS sync_merge_status()',
        'ALTER TABLE merge_requests DROP COLUMN IF EXISTS merge_status',
      ];
      await patiently(client, drops.join('; '));
    },
  },
};

const { version, up } = migrations[process.argv[2]];
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  await client.query("SET lock_timeout = '300ms'");
  const { rowCount } = await client.query('SELECT FROM schema_migrations WHERE version = $1', [version]);
  if (rowCount === 0) {
    await up(client);
    await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
  }
} finally {
  await client.end();
}
