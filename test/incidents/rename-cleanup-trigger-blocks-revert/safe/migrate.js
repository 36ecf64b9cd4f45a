import pg from 'pg';
import { inShortTransaction } from './lib/patient.js';
import { sync } from './lib/sync.js';

const expand = ['ALTER TABLE merge_requests ADD COLUMN detailed_merge_status text', sync];
const contract = [
  'DROP TRIGGER sync_merge_status ON merge_requests',
  'DROP FUNCTION sync_merge_status()',
  'ALTER TABLE merge_requests DROP COLUMN merge_status',
];
const fill = `
  UPDATE merge_requests SET detailed_merge_status = merge_status WHERE id IN (
    SELECT id FROM merge_requests WHERE detailed_merge_status IS NULL ORDER BY id LIMIT 5000 FOR UPDATE)`;

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  if (process.argv[2] === 'regular') {
    await once('20241001_rename_merge_status', expand);
    while ((await inShortTransaction(client, () => client.query(fill))).rowCount > 0);
  } else {
    await once('20241002_cleanup_merge_status', contract);
  }
} finally {
  await client.end();
}

/** The changes and their ledger row, together. */
async function once(version, statements) {
  const { rowCount } = await client.query('SELECT FROM schema_migrations WHERE version = $1', [version]);
  if (rowCount > 0) return;
  await inShortTransaction(client, async () => {
    for (const statement of statements) await client.query(statement);
    await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
  });
}
