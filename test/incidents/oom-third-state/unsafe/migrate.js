import { createHash } from 'node:crypto';
import pg from 'pg';

const target = 24;
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const { rows: ledger } = await client.query('SELECT version, dirty FROM schema_migrations');
if (ledger[0].dirty) {
  console.error(`error: Dirty database version ${ledger[0].version}. Fix and force version.`);
  process.exit(1);
}
if (Number(ledger[0].version) < target) {
  await client.query('UPDATE schema_migrations SET version = $1, dirty = true', [target]);
  await addChecksums();
  await client.query('UPDATE schema_migrations SET dirty = false');
}
await client.end();

async function addChecksums() {
  const { rows } = await client.query('SELECT id, body FROM notifications');
  const ids = rows.map((row) => row.id);
  const checksums = rows.map((row) => createHash('sha256').update(row.body).digest('hex'));
  await client.query('BEGIN');
  await client.query('ALTER TABLE notifications ADD COLUMN checksum text');
  await client.query(
    `UPDATE notifications SET checksum = computed.checksum
     FROM unnest($1::bigint[], $2::text[]) AS computed (id, checksum) WHERE computed.id = notifications.id`,
    [ids, checksums],
  );
  await client.query('COMMIT');
}
